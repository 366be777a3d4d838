"""Each guard is tested: without it, the test that stands beside it in guards.py fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from guards import GUARDS

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow
FAILED = 1  # pytest's status: tests ran, and some failed


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, to be edited."""
    copy = tmp_path_factory.mktemp("guards") / "project"
    left_out = shutil.ignore_patterns(".git", ".venv", "build", "docs", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=left_out)
    return copy


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_this_guard_a_test_fails(guard, project):
    path = project / guard.file
    text = path.read_text()
    assert text.count(guard.edit[0]) == 1
    path.write_text(text.replace(*guard.edit))
    try:
        command = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"tests/{guard.test}"]
        done = subprocess.run(
            [sys.executable, "-B", *command],
            cwd=project,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # they take a second
            capture_output=True,
            text=True,
            timeout=120,
        )
    finally:
        path.write_text(text)
    assert done.returncode == FAILED, done.stdout + done.stderr


def test_the_reader_of_the_documentation_finds_every_guard():
    documented = (ROOT / "docs" / "reliability.md").read_text()
    for guard in GUARDS:
        assert f"| {guard.name} | `{guard.file}` | `{guard.test.split('::')[0]}`" in documented

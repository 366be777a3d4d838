"""What make does before it runs a tool: .venv, with what the tool needs in it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    """A project that needs no packages, with one tool for users and one for developers."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "tools/install.sh", tmp_path / "tools")
    for name in ("info", "size"):
        (tmp_path / f"tools/{name}.py").write_text("print('it runs')\n")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).touch()
    return tmp_path


def make(project, target):
    """What make prints: (stdout, stderr)."""
    # Not as a part of the make that runs the tests: that one would say which folder it is in.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", target],
        cwd=project,
        env=env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def installed(stderr):
    """The lists that it said it installs."""
    return [line.split()[1] for line in stderr.splitlines() if line.startswith("Installing ")]


def test_a_venv_whose_python_is_gone_is_made_anew_and_users_get_what_users_need(project):
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/bin/python").symlink_to("/nowhere/python3")
    for name in (".installed", ".installed-dev"):
        (project / ".venv" / name).touch()
    stdout, stderr = make(project, "info")
    assert (stdout, installed(stderr)) == ("it runs\n", ["requirements.txt"])
    assert make(project, "info") == ("it runs\n", "")
    stdout, stderr = make(project, "size")
    assert (stdout, installed(stderr)) == ("it runs\n", ["requirements-dev.txt"])
    assert make(project, "size") == make(project, "info") == ("it runs\n", "")


def test_a_users_safe_path_hides_no_tool(project, monkeypatch):
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    stdout, _ = make(project, "info")
    assert stdout == "it runs\n"

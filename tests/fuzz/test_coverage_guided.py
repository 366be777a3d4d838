"""A fuzzer that follows the branches of the device code finds nothing: see target.py."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNS = 2500  # `make fuzz` makes a million
KINDS = ["requests", "mdns", "dns", "form", "mqtt", "for_s"]


@pytest.mark.skipif(
    not importlib.util.find_spec("atheris"), reason="atheris has no wheel for this Python here"
)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_grew_branch_by_branch_does_what_it_must_not(tmp_path, kind):
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.target", kind, f"-runs={RUNS}", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {RUNS} runs" in done.stderr

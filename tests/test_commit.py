"""A deploy that was decided happens, however often power goes while its files change places."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FINISH = TESTS.parent / "tools" / "deploy" / "finish.py"
BESIDE = Path(sys.executable).with_name("micropython")
MICROPYTHON = str(BESIDE) if BESIDE.exists() else shutil.which("micropython")


@pytest.mark.skipif(not MICROPYTHON, reason="no MicroPython for Unix here")
def test_whenever_power_goes_and_then_goes_again_the_next_boot_has_the_new_set():
    walk = [MICROPYTHON, "-X", "heapsize=8m", str(TESTS / "commit_walk.py"), str(FINISH)]
    done = subprocess.run(walk, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    *wrong, operations = done.stdout.splitlines()
    assert not wrong
    assert int(operations.split()[1]) > 10

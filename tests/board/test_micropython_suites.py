"""`make test-micropython` on a checkout with a few tests of our own, in place of MicroPython's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MPREMOTE = {
    "test_good.sh": ("$MPREMOTE eval 6*7; echo $TMP", "42\n${TMP}\n"),
    "test_wrong.sh": ("$MPREMOTE eval 6*7", "41\n"),
    "test_left_out.sh": ("echo SKIP", ""),
}
# They stand for MicroPython's: the runner, and the function that runs a test on the board.
RUNNER = """
import json, sys
import test_utils
_, _, port, _, results, *names = sys.argv
class Board:
    serial = __import__("serial").Serial(port, 115200, timeout=5)
rows = []
for name in names:
    crashed, output = test_utils.run_script_on_remote_target(Board, None, name, False, False)
    rows.append([name, "fail" if crashed else "pass", ""])
with open(results + "/_results.json", "w") as f:
    json.dump({"results": rows}, f)
sys.exit(1)
"""
UTILS = """
def run_script_on_remote_target(board, arguments, name, special, wiring):
    board.serial.write(b"\\r\\x03")
    board.serial.write(open(name, "rb").read().strip() + b"\\r")
    output = board.serial.read_until(b"done\\r\\n>>> ")
    return not output.endswith(b"done\\r\\n>>> "), output
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what the command uses of one."""
    for folder in ("tests/basics", "tools/mpremote/tests"):
        (tmp_path / folder).mkdir(parents=True)
    for name, (script, expected) in MPREMOTE.items():
        (tmp_path / "tools/mpremote/tests" / name).write_text(script)
        (tmp_path / "tools/mpremote/tests" / f"{name}.exp").write_text(expected)
    (tmp_path / "tests/run-tests.py").write_text(RUNNER)
    (tmp_path / "tests/test_utils.py").write_text(UTILS)
    stuck = "import micropython; micropython.kbd_intr(-1)\rwhile True: pass\r\r"
    for name, program in (("1", stuck), ("2", "print('do' + 'ne')")):
        (tmp_path / f"tests/basics/{name}.py").write_text(program)
    return tmp_path


def run(checkout: Path, suites: str) -> tuple[int, list[str]]:
    """The command's status, and the lines of its output."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.micropython_suites"],
        cwd=ROOT,
        env={**os.environ, "MICROPYTHON": str(checkout), "SUITES": suites},
        capture_output=True,
        text=True,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


def test_it_tells_what_passed_and_what_failed_without_being_known(checkout: Path) -> None:
    status, lines = run(checkout, "mpremote")
    assert status == 1
    assert "mpremote           1       1       1" in lines
    assert lines[-1] == "  mpremote/test_wrong.sh"


def test_a_test_that_hangs_does_not_keep_the_next_one_from_a_board(checkout: Path) -> None:
    _, lines = run(checkout, "basics")
    assert "basics             1       1       0" in lines


def test_a_wrong_path_or_suite_is_told_in_one_line(checkout: Path) -> None:
    status, lines = run(checkout, "basic")
    assert status == 1 and len(lines) == 1
    assert lines[0].startswith("error: basic is not a suite; choose from basics ")
    status, lines = run(checkout / "tests", "basics")
    assert status == 1 and len(lines) == 1
    assert lines[0].endswith(
        "is no checkout of MicroPython; name one with MICROPYTHON=path/to/checkout"
    )

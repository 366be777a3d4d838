"""Every failure of a tool is one line: what is wrong, and what to do next."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import build
from tools.errors import UserError, main
from tools.lint import stubs

ROOT = Path(__file__).resolve().parent.parent
FULL = Path("/dev/full")
# Not even root may make a file there.
CLOSED = Path("/sys/kernel")


def status_of(tool) -> object:
    with pytest.raises(SystemExit) as end:
        main(tool)
    return end.value.code


def test_what_is_wrong_and_what_to_do_come_in_one_line_without_a_traceback(capsys):
    def tool():
        raise UserError("the cable\n  is out", "plug it\nin")

    assert status_of(tool) == 1
    assert capsys.readouterr() == ("", "error: the cable is out; plug it in\n")


def test_a_tool_that_ends_well_or_says_how_it_ended_keeps_its_status(capsys):
    assert status_of(lambda: None) in (None, 0)
    assert status_of(lambda: 2) == 2
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_ends_with_one_line_too(capsys):
    def tool():
        raise KeyboardInterrupt

    assert status_of(tool) == 1
    out, err = capsys.readouterr()
    assert err.startswith("error: interrupted; ") and err.count("\n") == 1


def test_a_fault_of_the_tool_itself_is_not_hidden_as_the_users():
    def tool():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main(tool)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_for_which_there_is_no_room_ends_in_one_line(unbuffered):
    with open(FULL, "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from tools import errors; errors.main(lambda: print('x'))"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot write the output")
    assert "; make room there" in done.stderr and done.stderr.count("\n") == 1


def test_output_that_nobody_reads_ends_in_one_line():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", "from tools import errors; errors.main(lambda: print('x'))"],
        cwd=ROOT,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot write the output (Broken pipe); ")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a folder closed to root")
@pytest.mark.parametrize("write", [stubs.copy, build.build], ids=["lint", "size"])
def test_a_folder_that_cannot_be_written_is_named_in_one_line(write, capsys):
    assert status_of(lambda: write(CLOSED / "switch" / "new")) == 1
    out, err = capsys.readouterr()
    assert err.startswith(f"error: no access to {CLOSED}/switch") and err.count("\n") == 1

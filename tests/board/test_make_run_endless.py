"""`make run` with a program on the board that never ends: it stays up, and ends when told."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_rig import Run

from tools.virtual_board import image

ENDLESS = "print('it computes')\nwhile 1: pass\n"


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[tuple[Run, int]]:
    """A board whose program never ends, and its serial port, open; it computes already."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "main.py").write_text(ENDLESS)
    image.create(tmp_path / "flash.img", tmp_path / "tree")
    run = Run(tmp_path / "flash.img")
    try:
        path = run.until("webrepl")[0].split()[1]
        serial = os.open(path, os.O_RDWR | os.O_NOCTTY)
        shown = b""
        while b"it computes" not in shown:
            shown += os.read(serial, 1000)
        yield run, serial
        os.close(serial)
    finally:
        run.process.kill()
        run.process.wait()


def running(child: str) -> bool:
    """Whether this process is there and alive."""
    try:
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_kill_leaves_nothing_that_computes_behind(endless: tuple[Run, int]) -> None:
    run, _ = endless
    children = run.children()
    assert children and all(map(running, children))
    run.end(signal.SIGKILL)
    end = time.monotonic() + 5
    while (left := list(filter(running, children))) and time.monotonic() < end:
        time.sleep(0.01)
    for child in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)
    assert not left


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_a_board_whose_program_never_ends(
    endless: tuple[Run, int], number: int
) -> None:
    run, _ = endless
    assert run.end(number) == 0
    assert not run.rest


def test_a_board_whose_program_never_ends_stays_up_to_be_cured(endless: tuple[Run, int]) -> None:
    run, serial = endless
    (line,) = run.until("the board")
    assert f"make repl PORT={os.ttyname(serial)} " in line
    os.write(serial, b"\x03")
    assert run.until("ready") == ["ready"]
    assert run.end() == 0 and not run.rest

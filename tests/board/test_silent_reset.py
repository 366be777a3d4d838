"""A board that is reset says nothing to those who were connected: no tool waits for it for ever.

The virtual board's old connections stay open and silent, as the chip's do.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from deploy_rig import Files, Target, changed
from error_rig import error
from fault_rig import log_in
from test_watch import edit, page
from tool_rig import Tool, copy_project, way

from tools.board import restart, silence
from tools.deploy import flow
from tools.deploy.steps import Deploy
from tools.virtual_board.board import VirtualBoard

Make = Callable[[Files], Target]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


def reset_in_the_middle(board: VirtualBoard) -> None:
    """As soon as a tool is in the raw REPL."""
    board.wait_for(lambda chip: chip.terminal.repl.raw, 40)
    board.do(lambda chip: chip.hard_reset())


def test_a_prompt_comes_back_when_keys_get_no_echo(board: VirtualBoard, project: Path) -> None:
    with Tool("repl", project, tty=True, **way(board, "HOST")) as tool:
        tool.expect(">>> ")
        tool.type(b"import machine; machine.reset()\r")
        tool.expect(r"machine.reset\(\)\r\n")
        board.wait_for(lambda chip: chip.boots == 2)
        tool.type(b"1")
        tool.expect(r"\(connection lost; waiting for the board\)\r\n")
        tool.expect(r"\(connected again\)\r\n>>> ")
        tool.type(b"6 * 7\r")
        tool.expect("\r\n42\r\n>>> ")


def test_a_prompt_at_which_a_program_runs_in_silence_is_kept(
    board: VirtualBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "_FIRST", 0.2)
    wire = log_in(board).serial
    wire.write(b"import time; exec(\"while True: time.sleep(0.1)\\nprint('never')\")\r")
    # Time for more probes than may fail; a minute for the board, which then gives the session of
    # a silent client to another.
    for _ in range(6):
        board.do(lambda chip: chip.clock.advance(20_000))
        wire.read_until(b"never", timeout=0.6)
    wire.write(b"\x03")
    assert wire.read_until(b"Interrupt: \r\n>>> ").endswith(b"Interrupt: \r\n>>> ")


@pytest.mark.parametrize("name", ["info", "deploy"])
def test_a_tool_ends_in_one_line(board: VirtualBoard, project: Path, name: str) -> None:
    with Tool(name, project, **way(board, "HOST")) as tool:
        reset_in_the_middle(board)
        assert tool.ended() == 1
        lines = tool.shown.decode().splitlines()
        assert [line for line in lines if line.startswith("error: ")] == lines[-1:]
        assert "was reset, or is out of reach" in lines[-1]


def test_a_program_from_a_pipe_ends_in_one_line(board: VirtualBoard, project: Path) -> None:
    program = b"import time\nprint('begins')\ntime.sleep(1000)"
    with Tool("repl", project, stdin=program, **way(board, "HOST")) as tool:
        tool.expect("begins")
        board.do(lambda chip: chip.hard_reset())
        assert tool.ended() == 1
        tool.expect("error: .*was reset, or is out of reach")


def test_watch_goes_on(board: VirtualBoard, project: Path) -> None:
    with Tool("watch", project, **way(board, "HOST")) as tool:
        tool.expect("live at http://.*\n|the board is up to date\n")
        board.wait_for(lambda chip: not chip.terminal.repl.raw)
        edit(project, "device/www/index.html", "</title>", " of mine</title>")
        reset_in_the_middle(board)
        tool.expect("was reset, or is out of reach")
        tool.expect("live at http://")
        assert b" of mine</title>" in page(board)


@pytest.mark.parametrize("delay", [0.1, 2.0])
def test_a_deploy_is_not_taken_in_by_the_board_as_it_was_before_its_restart(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch, delay: float
) -> None:
    monkeypatch.setattr(flow, "_GOES", 0)
    target = make_target(files)
    target.board.do(lambda chip: setattr(chip, "restart_time", delay))
    wanted = changed(files, **{"main.py": files["/main.py"] + b"# new\n"})
    status, lines = target.deploy("HOST", wanted)
    assert (status, target.board.chip.boots) == (0, 2)
    assert lines[-1].startswith("running at")


def test_a_deploy_says_so_where_the_board_does_not_restart(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(job: Deploy, soft: bool) -> None:
        job._board.exec("restart = None")
        job._board.in_raw_repl = False
        job._board.exit_raw_repl()

    monkeypatch.setattr(Deploy, "restart", broken_off)
    monkeypatch.setattr(restart, "_BOOT", 1)
    wanted = changed(files, **{"main.py": files["/main.py"] + b"# new\n"})
    with error("the files are on the board", "the board does not restart; press reset"):
        make_target(files).deploy("HOST", wanted)

"""`make repl`: a prompt over the cable and over WiFi, at which nothing that is typed is lost."""

from pathlib import Path

import client
import pytest
from tool_rig import Tool, copy_project, run, way

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

UP, CTRL_C, CTRL_D, CTRL_X, LEAVE = b"\x1b[A", b"\x03", b"\x04", b"\x18", b"\x1d"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


def prompt(board: VirtualBoard, project: Path, kind: str) -> Tool:
    """`make repl` on a terminal, ready to be typed at."""
    tool = Tool("repl", project, tty=True, **way(board, kind))
    tool.expect("Connected to MicroPython at .*\r\nUse Ctrl-] or Ctrl-x to exit this shell\r\n")
    if kind == "PORT":
        tool.type(b"\r")
    tool.expect(">>> ")
    return tool


@pytest.mark.parametrize("kind", ["PORT", "HOST"])
def test_what_is_typed_runs_on_the_board_while_the_switch_serves(board, project, kind):
    with prompt(board, project, kind) as tool:
        tool.type(b"21 * 2\r")
        tool.expect(r"21 \* 2\r\n42\r\n>>> ")
        client.led(board.http)
        tool.type(LEAVE)
        assert tool.ended() == 0


def test_a_line_comes_back_with_the_arrow_key(board, project):
    with prompt(board, project, "HOST") as tool:
        tool.type(b"n = 4711\rn + 1\r")
        tool.expect("4712\r\n>>> ")
        tool.type(UP + UP + b"0\r" + UP + UP + b"\r")
        tool.expect("n = 47110")
        tool.expect("47111\r\n>>> ")


def test_ctrl_c_stops_a_program_that_never_ends(board, project):
    with prompt(board, project, "HOST") as tool:
        tool.type(b"while True: pass\r\r\r")
        tool.expect("pass\r\n.*\r\n")
        tool.type(CTRL_C)
        tool.expect("KeyboardInterrupt: \r\n.*>>> ")


def test_each_line_of_output_starts_at_the_left(board, project):
    with prompt(board, project, "HOST") as tool:
        tool.type(b"print('a\\nb')\r")
        tool.expect("\r\na\r\nb\r\n>>> ")


def test_a_long_line_that_is_pasted_arrives_whole(board, project):
    # 255 bytes is what the board's input ring takes at once (micropython#16997).
    with prompt(board, project, "HOST") as tool:
        tool.type(b"len('" + b"0123456789" * 120 + b"')\r")
        tool.expect(r"'\)\r\n1200\r\n>>> ")


def test_after_a_soft_reset_the_prompt_comes_back_by_itself(board, project):
    with prompt(board, project, "HOST") as tool:
        tool.type(b"lost = 1\r")
        tool.expect(">>> ")
        tool.type(CTRL_D)
        tool.expect(r"\(connected again\)")
        tool.type(b"print('lost' in globals())\r")
        tool.expect("False\r\n>>> ")
        client.led(board.http)


def test_after_a_power_cut_the_prompt_comes_back_by_itself(board, project):
    with prompt(board, project, "HOST") as tool:
        board.do(Chip.power_cut)
        tool.type(b"1")  # nothing tells of it but silence
        tool.expect(r"\(connection lost; waiting for the board\)")
        board.start()
        tool.expect(r"\(connected again\)")
        tool.type(b"6 * 7\r")
        tool.expect("42\r\n>>> ")


@pytest.mark.parametrize("key", [LEAVE, CTRL_X, CTRL_C])
def test_nobody_has_to_wait_for_a_board_that_stays_away(board, project, key):
    with prompt(board, project, "HOST") as tool:
        board.do(Chip.power_cut)
        tool.type(b"1")
        tool.expect("waiting for the board")
        tool.type(key)
        assert tool.ended() == 0


@pytest.mark.parametrize("key", [LEAVE, CTRL_X])
def test_the_terminal_is_as_before_after_leaving(board, project, key):
    with prompt(board, project, "HOST") as tool:
        assert tool.modes_now != tool.modes
        tool.type(key)
        assert tool.ended() == 0
        assert tool.modes_now == tool.modes
    with prompt(board, project, "HOST") as again:  # and the board's one session is free
        again.type(key)
        assert again.ended() == 0


@pytest.mark.parametrize("kind", ["PORT", "HOST"])
def test_a_program_from_a_pipe_runs_and_prints_as_with_python(board, project, kind):
    program = "for i in range(2):\n\tprint('Käse', i)\n".encode()
    assert run("repl", project, program, **way(board, kind)) == (0, "Käse 0\nKäse 1\n")
    assert client.led(board.http) is False


@pytest.mark.parametrize("kind", ["PORT", "HOST"])
def test_a_program_that_fails_gives_its_traceback_and_status_1(board, project, kind):
    status, shown = run("repl", project, b"print(1)\nnone.such\n", **way(board, kind))
    assert status == 1
    assert shown.startswith("1\n") and "line 2" in shown and "NameError" in shown


def test_the_password_is_not_shown(board, project):
    with prompt(board, project, "HOST") as tool:
        tool.type(LEAVE)
        assert tool.ended() == 0
        assert client.PASSWORD.encode() not in tool.shown


def test_over_the_cable_mpremote_leaves_the_running_switch_alone(
    board: VirtualBoard, project: Path
) -> None:
    boots = board.chip.boots
    with prompt(board, project, "PORT") as tool:
        tool.type(CTRL_X)
        assert tool.ended() == 0
    assert board.chip.boots == boots


def test_a_board_that_goes_away_ends_the_prompt_in_one_line(make_board, project):
    board = make_board()
    with prompt(board, project, "PORT") as tool:
        board.close()
        assert tool.ended() == 1
        assert tool.shown.count(b"error: ") == 1
        tool.expect("error: /dev/.*: mpremote has ended .*; check the cable")
    assert b"Traceback" not in tool.shown

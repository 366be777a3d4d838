"""`make watch`: a save is on the board and live by itself, and a mistake stays on the PC."""

import shutil
import subprocess
import sys
from pathlib import Path

import client
import pytest
from tool_rig import Tool, copy_project, run, way

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

BROKEN = 'def _led(method, body, fields):\n    {}["oops"]\n'
BOTH = pytest.mark.parametrize("kind", ["PORT", "HOST"])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


def watching(board: VirtualBoard, project: Path, kind: str) -> Tool:
    """`make watch`, once the board has what is in `project`."""
    tool = Tool("watch", project, **way(board, kind))
    tool.expect("live at http://.*\n|the board is up to date\n")
    return tool


def edit(project: Path, name: str, old: str, new: str) -> None:
    """Save the file with `new` in place of `old`."""
    path = project / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def page(board: VirtualBoard) -> bytes:
    status, body = client.request(board.http, "GET", "/")
    assert status == 200
    return body


@BOTH
def test_a_save_is_live_without_a_command_and_the_light_stays_as_it_is(board, project, kind):
    with watching(board, project, kind) as tool:
        client.set_led(board.http, True)
        edit(project, "device/www/index.html", "</title>", " of mine</title>")
        tool.expect("~ device/pages.mpy\n= .* unchanged\n")
        tool.expect("live at http://.* after .* s\n")
        assert b" of mine</title>" in page(board)
        assert client.led(board.http) is True


@BOTH
def test_a_file_that_does_not_compile_is_named_with_its_line_and_not_sent(board, project, kind):
    with watching(board, project, kind) as tool:
        before = board.chip.boots
        edit(project, "device/led.py", "\n\n", "\n\nif:\n\n")
        line = (project / "device/led.py").read_text().split("\n").index("if:") + 1
        tool.expect(rf"(?m)^device/led.py:{line}: SyntaxError")
        edit(project, "device/led.py", "if:\n", "")
        edit(project, "device/www/index.html", "</title>", " mended</title>")
        tool.expect("live at")
        assert b" mended</title>" in page(board)
        assert b"led.py" not in tool.shown.partition(b"SyntaxError")[2]
        assert board.chip.boots == before + 1


def test_a_mistake_in_the_settings_is_reported_without_a_word_of_them(board, project):
    with watching(board, project, "HOST") as tool:
        edit(project, "webrepl_cfg.py", "PASS = ", "PASS = = ")
        tool.expect(r"(?m)^webrepl_cfg.py:2: SyntaxError")
        assert client.PASSWORD.encode() not in tool.shown


def test_a_switch_that_does_not_start_is_reported_with_the_reason(board, project):
    with watching(board, project, "HOST") as tool:
        edit(project, "device/led.py", "\n\n", "\n\nraise ValueError('of mine')\n\n")
        tool.expect("the switch does not run .*ValueError: of mine")
        edit(project, "device/led.py", "raise ValueError('of mine')\n\n", "")
        tool.expect("live at")
        assert client.led(board.http) is False


def test_a_save_whose_code_raises_in_a_request_is_reported_with_its_error(board, project):
    with watching(board, project, "HOST") as tool:
        edit(project, "device/api.py", "def _led(method, body, fields):", BROKEN)
        tool.expect("the switch does not run .*in _led KeyError: oops")
        assert b"live at" not in tool.shown.partition(b"~ device/api.mpy")[2]
        edit(project, "device/api.py", BROKEN, "def _led(method, body, fields):")
        tool.expect("live at")
        assert client.led(board.http) is False


def test_a_board_that_is_away_is_reported_once_and_gets_the_save_when_it_is_back(board, project):
    with watching(board, project, "HOST") as tool:
        board.do(Chip.power_cut)
        edit(project, "device/www/index.html", "</title>", " later</title>")
        tool.expect("WebREPL cannot be reached.*\n")
        edit(project, "device/www/index.html", "later", "even later")
        tool.expect("WebREPL cannot be reached.*\n")  # a line for each save
        board.start()
        tool.expect("live at")
        assert b" even later</title>" in page(board)
        assert tool.shown.count(b"cannot be reached") == 2


def test_a_new_file_and_a_removed_one_follow(board, project):
    with watching(board, project, "HOST") as tool:
        (project / "device/extra.py").write_text("ANSWER = 42\n")
        tool.expect(r"\+ device/extra.mpy\n")
        tool.expect("live at")
        (project / "device/extra.py").unlink()
        tool.expect("- device/extra.mpy\n")
        tool.expect("live at")


def test_an_editors_own_files_do_not_bother_the_board(board, project):
    with watching(board, project, "HOST") as tool:
        boots = board.chip.boots
        (project / "device/.api.py.swp").write_bytes(b"x")
        shutil.copy(project / "device/api.py", project / "device/api.py~")
        (project / "device/api.py").touch()
        edit(project, "device/led.py", "\n\n", "\n\nif:\n\n")
        tool.expect("SyntaxError")  # so it has seen the others as well
        assert board.chip.boots == boots


@BOTH
def test_ctrl_c_ends_it_well_and_leaves_the_prompt(board, project, kind):
    with watching(board, project, kind) as tool:
        tool.interrupt()
        assert tool.ended() == 0
        assert b"Traceback" not in tool.shown
    board.wait_for(lambda chip: not chip.terminal.repl.raw)
    assert client.led(board.http) is False


def test_what_can_be_no_address_is_not_tried_for_ever(project):
    status, shown = run("watch", project, HOST="1:2:3")
    assert status == 1
    assert "error: HOST=1:2:3 is not an address; give HOST=name" in shown


LOST = """
import os, signal, sys
from tools import watch

class Port:  # as a serial port's, whose exceptions Python drops
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(10))

def push(host, files):
    Port()

watch.push = push
sys.argv[1:] = []
sys.exit(watch.run())
"""


def test_ctrl_c_in_the_moment_in_which_python_drops_exceptions_ends_it_too(project):
    done = subprocess.run(
        [sys.executable, "-c", LOST], cwd=project, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0
    assert "KeyboardInterrupt" in done.stderr  # it was dropped, or this shows nothing

"""`make info`: what is on the board, in a dozen lines, from a board in any state."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import client
import pytest
from deploy_rig import Files, Target
from tool_rig import Tool, copy_project, run, way

from tools.board import connection, session
from tools.build import VERSION
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import EXCEPTION
from tools.virtual_board.hardware.wlan import Air

BOTH = pytest.mark.parametrize("kind", ["PORT", "HOST"])
MPREMOTE = str(Path(sys.executable).with_name("mpremote"))
AIR = {"home": "correct horse"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


def told(board: VirtualBoard, project: Path, kind: str) -> dict[str, str]:
    """What `make info` prints: title -> text."""
    status, shown = run("info", project, **way(board, kind))
    assert status == 0, shown
    assert client.PASSWORD not in shown
    return dict(re.split(r"(?<! )  +", line, maxsplit=1) for line in shown.splitlines())


@BOTH
def test_a_healthy_board_says_so_and_goes_on_serving(board, project, kind):
    client.set_led(board.http, True)
    boots = board.chip.boots
    lines = told(board, project, kind)
    assert lines["firmware"].endswith(", intact")
    assert lines[".mpy version"] == "6"
    assert re.fullmatch(r"4096 KiB, \d+ KiB free for files", lines["flash"])
    assert re.fullmatch(r"\d+ bytes free, \d+ in one piece", lines["heap"])
    assert re.fullmatch(r"all \d+ as they are here", lines["files"])
    assert lines["switch"].startswith(f"running, {VERSION}+")
    assert lines["safe mode"] == "off"
    assert re.fullmatch(r"0:0\d:\d\d", lines["uptime"])
    assert lines["requests"] == "1, 0 rejected"
    assert lines["last error"] == "none"
    assert lines["address"].startswith("http://")
    assert client.led(board.http) is True
    assert board.chip.boots == boots
    assert not board.do(lambda chip: chip.terminal.repl.raw)


@BOTH
def test_files_out_of_step_are_named(make_board, project, kind):
    def change(tree: Path) -> None:
        (tree / "device/button.mpy").unlink()
        (tree / "device/old.mpy").write_bytes(b"")
        (tree / "device/led.py").write_text((project / "device/led.py").read_text())
        (tree / ".deploy").mkdir()
        (tree / ".deploy/manifest").write_text(json.dumps(["/boot.py", "/device/old.mpy"]))

    board = make_board(change, air=Air(AIR))
    (project / "device/config.py").open("a").write("\nNEW = 1\n")
    files = told(board, project, kind)["files"]
    assert "missing: device/button.mpy" in files
    assert "extra: device/old.mpy" in files
    assert "hiding ours: device/led.py" in files
    assert re.search("differ: .*device/config.mpy", files)


@BOTH
@pytest.mark.parametrize("crashes", [3, 7])
def test_safe_mode_and_its_reason_are_shown(board, project, kind, crashes):
    for _ in range(crashes):
        boots = board.chip.boots
        board.do(lambda chip: chip.hard_reset(EXCEPTION))
        board.wait_for(lambda chip, n=boots: chip.boots > n)
    board.wait_for(lambda chip: chip.wlan.isconnected(0))
    lines = told(board, project, kind)
    assert lines["safe mode"].startswith(f"ON after {crashes} resets")
    assert lines["switch"] == "not running"
    assert re.search("crash.*exception", lines["last error"])


def test_a_switch_that_failed_to_start_tells_why(make_board: Callable, project: Path) -> None:
    def change(tree: Path) -> None:
        (tree / "device/switch.py").write_text("raise ValueError('of mine')\n")

    lines = told(make_board(change, air=Air(AIR)), project, "PORT")
    assert lines["switch"] == "not running"
    assert lines["last error"] == "main.py: ValueError: of mine (this boot)"


@pytest.mark.parametrize(
    ("boots", "when"), [(0, "this boot"), (1, "1 boot ago"), (3, "3 boots ago")]
)
def test_the_last_error_has_an_age(board, project, boots, when):
    mark = len(board.console)
    line = b"from device import rtc_state; rtc_state.record('mine'); print(1 + 1)\r"
    board.do(lambda chip: chip.terminal.put(line))
    board.wait_for(lambda chip: b"\n2\r\n" in board.printed_since(mark))
    for _ in range(boots):
        reached = board.chip.boots
        board.do(lambda chip: chip.hard_reset())
        board.wait_for(lambda chip, n=reached: chip.boots > n)
    assert told(board, project, "PORT")["last error"] == f"mine ({when})"


@BOTH
def test_a_switch_that_another_tool_has_stopped_says_so_with_the_cure(board, project, kind):
    command = [MPREMOTE, "connect", board.serial, "eval", "6*7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "42", done.stderr
    lines = told(board, project, kind)
    assert lines["switch"].startswith("stopped: another tool")
    assert "press Ctrl-D in `make repl`" in lines["switch"]
    assert lines["WiFi"].endswith(" dBm")  # which the board has all the same
    with Tool("repl", project, tty=True, PORT=board.serial) as tool:
        tool.expect("Ctrl-x to exit")
        tool.takes_keys()
        tool.type(b"\r")
        tool.expect(">>> ")
        tool.type(b"\x04")
        tool.expect("switch: http://")
    assert client.led(board.http) is False


def test_a_flash_that_is_full_has_nothing_free(
    files: Files, make_target: Callable[[Files], Target], project: Path
) -> None:
    target = make_target({**files, "/big": os.urandom(1 << 12) * 705})
    fill = "f = open('more', 'wb')\ntry:\n while 1: f.write(bytes(512))\nexcept OSError: pass\n"
    fill += "try:\n f.close()\nexcept OSError: pass"
    with session.raw_repl(connection.open_board(None, target.board.serial)) as transport:
        transport.exec_raw(fill, timeout=60)
    lines = told(target.board, project, "PORT")
    assert re.fullmatch(r"4096 KiB, \d{1,2} KiB free for files", lines["flash"])


def test_a_board_that_was_only_flashed_tells_what_it_can(make_board, project):
    def change(tree: Path) -> None:
        for path in sorted(tree.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()

    lines = told(make_board(change), project, "PORT")
    assert "missing: boot.py" in lines["files"]
    assert lines["switch"] == "not running"
    assert lines["firmware"].endswith(", intact")


def test_without_settings_here_all_but_the_files_is_told(board, tmp_path):
    project = copy_project(tmp_path / "bare", config=None)
    lines = told(board, project, "PORT")
    assert lines["files"].startswith("webrepl_cfg.py is missing; create it with `make configure`")
    assert lines["switch"].startswith("running")

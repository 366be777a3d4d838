"""The WebREPL password is changed over WiFi, with the one that the board still has."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import client
import pytest
from tool_rig import Tool, copy_project, run

from tools.virtual_board.board import VirtualBoard

NEW = "Another-7"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


def change(project: Path) -> None:
    (project / "webrepl_cfg.py").write_text(client.CONFIG.replace(client.PASSWORD, NEW))


def changed(status: int, shown: str, board: VirtualBoard, project: Path) -> None:
    assert status == 0 and "~ webrepl_cfg.py" in shown and "running at" in shown, shown
    assert NEW not in shown and client.PASSWORD not in shown
    assert run("info", project, HOST=host(board))[0] == 0
    (kept,) = (project / "build" / "passwords").iterdir()
    assert kept.read_text() == NEW and kept.stat().st_mode & 0o777 == 0o600


def host(board: VirtualBoard) -> str:
    return urlsplit(board.webrepl).netloc


def test_a_board_that_this_pc_deployed_to_takes_a_new_password(board, project):
    assert run("deploy", project, HOST=host(board))[0] == 0
    change(project)
    changed(*run("deploy", project, HOST=host(board)), board, project)


def test_the_old_password_may_come_from_the_environment(board, project):
    change(project)
    status, shown = run("deploy", project, HOST=host(board))
    assert status == 1 and "wrong WebREPL password" in shown and "OLD_PASS=" in shown
    assert shown.count("\n") == 1
    changed(*run("deploy", project, HOST=host(board), OLD_PASS=client.PASSWORD), board, project)


def test_on_a_terminal_the_old_password_is_asked_for(board, project):
    change(project)
    with Tool("deploy", project, tty=True, HOST=host(board)) as tool:
        tool.expect("its present one: ")
        tool.type(client.PASSWORD.encode() + b"\n")
        changed(tool.ended(), tool.shown.decode(), board, project)
    assert "OLD_PASS" not in os.environ

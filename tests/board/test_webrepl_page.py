"""`make webrepl`: the stock client opens at the board's address, and its source is named."""

import socket
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tool_rig import Tool, copy_project, run, way

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in which the browser, a script, puts the address it was given."""
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER", str(browser))
    return opened


def test_the_browser_opens_the_boards_page_and_its_source_is_named(board, project, opened):
    status, shown = run("webrepl_page", project, **way(board, "HOST"))
    address = f"http://{urlsplit(board.webrepl).netloc}/"
    assert status == 0, shown
    assert opened.read_text() == address
    assert shown.startswith(f"{address}\n")
    assert "loaded from https://micropython.org/webrepl/" in shown


def test_a_client_from_elsewhere_is_named_as_the_board_has_it(project, opened, make_board):
    def change(tree: Path) -> None:
        with open(tree / "webrepl_cfg.py", "a") as f:
            f.write('BASE = "http://nas.lan/webrepl/"\n')

    board = make_board(change=change, air=Air({"home": "correct horse"}))
    status, shown = run("webrepl_page", project, **way(board, "HOST"))
    assert status == 0, shown
    assert "loaded from http://nas.lan/webrepl/" in shown


def test_over_the_cable_the_board_is_asked_for_its_address(project, opened, make_board) -> None:
    board: VirtualBoard = make_board(air=Air({}))
    status, shown = run("webrepl_page", project, **way(board, "PORT"))
    assert status == 1
    assert "the board is in no WiFi network; correct WIFI_SSID" in shown
    assert not opened.exists()


def test_over_the_cable_a_board_on_other_ports_is_found_too(board, project, opened):
    status, shown = run("webrepl_page", project, **way(board, "PORT"))
    assert status == 0, shown
    assert opened.read_text() == f"http://{urlsplit(board.webrepl).netloc}/"


def test_what_speaks_no_http_is_not_opened(project, opened):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with Tool("webrepl_page", project, HOST=f"127.0.0.1:{port}") as tool:
            with other.accept()[0] as sock:
                sock.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                sock.shutdown(socket.SHUT_WR)
                assert tool.ended() == 1
    assert b"Traceback" not in tool.shown and b"WebREPL cannot be reached" in tool.shown
    assert not opened.exists()


def test_an_address_without_webrepl_opens_nothing(board, project, opened):
    status, shown = run("webrepl_page", project, HOST="127.0.0.1:1")
    assert status == 1
    assert "127.0.0.1:1: WebREPL cannot be reached (Connection refused); check" in shown
    assert not opened.exists()

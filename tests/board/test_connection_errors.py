"""What can go wrong on the way to a board: one line each, which says what to do next."""

import contextlib
import errno
import os
import pty
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import client
import pytest
import serial
from error_rig import error
from tool_rig import copy_project, run, way

from tools import inputs, ports
from tools.board import connection, session, webrepl
from tools.virtual_board.board import VirtualBoard


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with nothing but settings, and no board on USB."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "webrepl_cfg.py").write_text(client.CONFIG)
    monkeypatch.setattr(inputs, "ROOT", folder)
    monkeypatch.setattr(ports.list_ports, "comports", list)
    monkeypatch.delenv("PORT", raising=False)
    return folder


@pytest.fixture
def silent() -> Iterator[str]:
    """A serial port that nothing answers at."""
    board, cable = pty.openpty()
    yield os.ttyname(cable)
    os.close(cable)
    os.close(board)


def host(board: VirtualBoard) -> str:
    return urlsplit(board.webrepl).netloc


def test_no_board_found():
    with error("no board found", "plug it in.*PORT="):
        connection.open_board(None)


def test_several_boards_found(monkeypatch):
    found = [SimpleNamespace(device=f"/dev/ttyUSB{n}", description="CH340", vid=1) for n in (0, 1)]
    monkeypatch.setattr(ports.list_ports, "comports", lambda: found)
    with error("several boards found: /dev/ttyUSB0 .*/dev/ttyUSB1", "PORT=/dev/ttyUSB0"):
        connection.open_board(None)


def test_a_port_that_is_not_there():
    with error("no serial port /dev/ttyUSB9", "PORT="):
        connection.open_board(None, "/dev/ttyUSB9")


def test_a_port_that_another_program_uses(silent):
    with ports.open_port(silent), error(f"{silent} is in use", "close that"):
        connection.open_board(None, silent)


def test_a_port_without_permission(silent, monkeypatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise serial.SerialException(errno.EACCES, "could not open port")

    monkeypatch.setattr(serial, "serial_for_url", refuse)
    with error(f"no permission to use {silent}", "usermod -a -G"):
        connection.open_board(None, silent)


def test_a_board_without_micropython(silent, monkeypatch, capfd):
    for name in ("_BOOT_PY", "ANSWER"):
        monkeypatch.setattr(session, name, 0.1)
    with error(f"{silent}: no raw REPL", "press reset.*make flash"):
        with session.raw_repl(connection.open_board(None, silent)):
            pass
    assert capfd.readouterr().out == ""


def test_a_wrong_password(board, tmp_path):
    project = copy_project(tmp_path / "project", client.CONFIG.replace("secret12", "secret34"))
    status, shown = run("info", project, **way(board, "HOST"))
    assert status == 1
    assert shown.count("\n") == 1
    assert "wrong WebREPL password; set PASS in webrepl_cfg.py" in shown
    assert "secret" not in shown


def test_an_address_where_nobody_is():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        with error(f"{address}: WebREPL cannot be reached", "check the address.*PORT="):
            connection.open_board(address)


def test_an_address_where_nobody_answers(monkeypatch):
    monkeypatch.setattr(webrepl, "_CONNECT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with error(f"{address}: WebREPL cannot be reached", "check the address"):
            connection.open_board(address)


def test_the_address_of_the_page_instead_of_webrepls(board):
    with error("WebREPL cannot be reached", "check the address"):
        connection.open_board(urlsplit(board.http).netloc)


@pytest.mark.parametrize("name", ["http://lamp/", "lamp:http", "lamp:99999", "la mp", "lamp:"])
def test_what_is_no_address(name):
    with error(f"HOST={name} is not an address", "HOST=name:port"):
        connection.open_board(name)


def test_a_name_that_cannot_be_one():
    with error("lamp..home:8266: WebREPL cannot be reached", "check the address"):
        connection.open_board("lamp..home")


def test_a_board_that_somebody_else_uses(board):
    with session.raw_repl(connection.open_board(host(board))):
        with error("another WebREPL client is connected", "close it, or wait"):
            connection.open_board(host(board))


def test_a_port_of_a_kind_that_does_not_exist():
    with error("foo://x does not work as a serial port", "check PORT="):
        connection.open_board(None, "foo://x")


@pytest.mark.parametrize("kind", ["PORT", "HOST"])
def test_a_board_that_is_reset_in_the_middle(board, kind, monkeypatch):
    monkeypatch.setattr(session, "ANSWER", 0.1)
    seconds = 60 if kind == "HOST" else 1  # over WiFi it is noticed
    where = way(board, kind)[kind]
    transport = connection.open_board(*((where,) if kind == "HOST" else (None, where)))
    what = "the connection was lost" if kind == "HOST" else "the board stopped in the middle"
    with error(f"{where}: {what}", "run the same command again"):
        with session.raw_repl(transport):
            transport.exec_raw("import machine\nmachine.reset()", timeout=seconds)


def test_a_full_flash(board):
    with error("flash is full", "remove files"):
        with session.raw_repl(connection.open_board(host(board))) as transport:
            transport.exec("raise OSError(28)")


def test_an_error_on_the_board_leaves_its_prompt_usable(board):
    for where in ((host(board), None), (None, board.serial)):
        with error("the board says ValueError: 7", "reset it and try again"):
            with session.raw_repl(connection.open_board(*where)) as transport:
                transport.exec("raise ValueError(7)")
        assert not board.do(lambda chip: chip.terminal.repl.raw)
    assert client.led(board.http) is False


def test_a_program_cut_off_here_does_not_keep_the_board(board: VirtualBoard) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        with session.raw_repl(connection.open_board(host(board))) as transport:
            transport.exec_raw_no_follow("while True: pass")
            raise KeyboardInterrupt
    with session.raw_repl(connection.open_board(host(board))) as transport:
        assert transport.exec("print(7)").strip() == b"7"

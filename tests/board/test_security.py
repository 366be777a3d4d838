"""What only a running board shows: nothing behind a request is carried out, and nobody who has no
password is told one."""

import json
from collections.abc import Callable

import client
import pytest

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.wlan import Air

TOGGLE = b"POST /toggle HTTP/1.1\r\nHost: lamp\r\nContent-Length: 0\r\n\r\n"
# Nothing of these is in any other text.
PASS, WIFI, POINT, HTTP = "qqPASSqq", "qqWIFIqq", "qqPOINTqq", "qqHTTPqq"
SECRETS = f"""
PASS = "{PASS}"
WIFI_SSID = "home"
WIFI_PASSWORD = "{WIFI}"
HOSTNAME = "lamp"
AP_PASSWORD = "{POINT}"
HTTP_PASSWORD = "{HTTP}"
"""
BROKEN = {
    "a quote is missing": SECRETS.rstrip()[:-1],
    "no quotes at all": SECRETS.replace('"', ""),
    "an error says it": SECRETS + f'raise ValueError("{PASS} {WIFI} {POINT} {HTTP}")\n',
}


def talk(board: VirtualBoard, data: bytes) -> bytes:
    """All that comes back, until the board closes the connection."""
    with client.connect(board.http) as sock:
        sock.sendall(data)
        return client.read_all(sock)


def test_a_request_behind_another_is_not_carried_out(board: VirtualBoard) -> None:
    for line in (b"GET /led", b"HEAD /", b"GET /none", b"BREW /led"):
        first = line + b" HTTP/1.1\r\nHost: lamp\r\nConnection: keep-alive\r\n\r\n"
        assert talk(board, first + TOGGLE).count(b"HTTP/1.1 ") == 1, line
        with client.connect(board.http) as sock:
            sock.sendall(first)
            client.read_response(sock)
            sock.sendall(TOGGLE)  # within the time that it waits for its client to close
            client.read_all(sock)
        assert client.led(board.http) is False, line


def told(board: VirtualBoard) -> bytes:
    """All that a stranger is told, on both ports, by the console, and by RTC memory."""
    said = b""
    for path in ("/", "/led", "/status", "/toggle", "/none", "/style.css"):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            line = f"{method} {path} HTTP/1.1\r\nHost: lamp\r\nContent-Length: 11\r\n\r\n"
            said += talk(board, line.encode() + b'{"on":true}')
    with client.connect(board.webrepl) as sock:
        sock.sendall(b"GET /webrepl_cfg.py HTTP/1.1\r\nHost: lamp\r\n\r\n")
        said += client.read_all(sock)
    return said + board.console.encode() + board.do(lambda chip: chip.rtc_memory)


def configured(make_board: Callable, settings: str) -> VirtualBoard:
    """A board with this webrepl_cfg.py that has been in its network before."""

    def join(chip: Chip) -> None:
        chip.wlan.stored, chip.wlan.station_on = ("home", WIFI), True

    board = make_board(
        lambda tree: (tree / "webrepl_cfg.py").write_text(settings),
        start=False,
        air=Air({"home": WIFI}),
    )
    board.do(join)
    return board.start()


def test_no_password_is_told_to_anybody(make_board: Callable) -> None:
    board = configured(make_board, SECRETS)
    said = told(board)
    assert b"401 Password missing" in said and b"boot: address" in said and b"qq" not in said
    # Nor to those who have that one.
    login = {"Authorization": "Basic bWU6cXFIVFRQcXE="}
    status, body = client.request(board.http, "GET", "/status", **login)
    assert status == 200 and json.loads(body)["hostname"] == "lamp" and b"qq" not in body


@pytest.mark.parametrize("slip", BROKEN)
def test_no_password_is_told_by_a_complaint_about_the_settings(
    make_board: Callable, slip: str
) -> None:
    board = configured(make_board, BROKEN[slip])
    assert "webrepl_cfg.py" in board.console and "qq" not in board.console
    memory = board.do(lambda chip: chip.rtc_memory)
    assert b"webrepl_cfg.py" in memory and b"qq" not in memory
    # Nor does the slip leave it open.
    assert client.request(board.http, "PUT", "/led", b'{"on":true}')[0] == 401

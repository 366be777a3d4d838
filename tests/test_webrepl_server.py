"""WebREPL's server: stock clients get in, and pages of other sites do not."""

import pytest
from webrepl_rig import KEY, PAGE, PROMPT, SWITCHED, UPGRADE, Board, field


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


def test_a_client_gets_the_handshake_and_the_password_prompt_of_the_stock_one(board):
    client = board.session()
    assert board.repl.slot.sock is client.sock
    assert not client.closed


def test_what_the_client_types_reaches_the_prompt(board):
    client = board.session()
    client.send(b"letmein\r")
    client.send(b"1+1\r")
    board.net.idle()
    assert board.repl.typed == b"letmein\r1+1\r"


def test_a_browser_gets_the_page_that_loads_the_client(board):
    client = board.client(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert client.received == PAGE
    board.net.idle(100)
    assert client.got_fin and not client.got_rst


def test_the_page_can_be_told_where_the_client_is(board):
    board.webrepl_server.start("letmein", "http://10.0.0.9/webrepl/")
    client = board.client(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b'<base href="http://10.0.0.9/webrepl/"></base>' in client.received


@pytest.mark.parametrize(
    "name, value",
    [
        (b"Upgrade", b"WebSocket"),
        (b"Connection", b"keep-alive, upgrade"),
        (b"Sec-WebSocket-Key", b"  " + KEY),
    ],
)
def test_headers_are_understood_in_any_case(board, name, value):
    assert board.client(field(name, value)).received == SWITCHED + PROMPT
    other = Board.client(board, field(name, value).replace(name + b":", name.lower() + b":"))
    assert other.received == SWITCHED


@pytest.mark.parametrize("name", [b"Upgrade", b"Connection", b"Sec-WebSocket-Key"])
def test_what_is_no_handshake_is_no_session(board, name):
    assert board.client(field(name, None)).received == PAGE
    assert board.repl.slot is None


def test_what_is_no_http_is_refused_and_hurts_nobody(board):
    client = board.client(UPGRADE.replace(b"Host: ", b"nonsense\r\n\xff\r\n"))
    assert client.received.startswith(b"HTTP/1.1 400 ")
    board.session()


def test_a_handshake_in_pieces_opens_a_session(board):
    client = board.client()
    for i in range(len(UPGRADE)):
        client.send(UPGRADE[i : i + 1])
        board.net.idle()
    assert client.received == SWITCHED + PROMPT


# Pages of other sites.


@pytest.mark.parametrize(
    "host, origin, may",
    [
        (b"192.168.1.7:8266", b"http://192.168.1.7:8266", True),  # the page from this board
        (b"switch.local:8266", b"http://switch.local:8266", True),
        (b"switch:8266", b"http://switch:8266", True),
        (b"192.168.1.7:8266", b"http://micropython.org", True),
        (b"192.168.1.7:8266", b"https://micropython.org", True),
        (b"192.168.1.7:8266", b"null", True),  # the page as a file
        (b"192.168.1.7:8266", b"file://", True),
        (b"192.168.1.7:8266", b"http://evil.example", False),
        (b"evil.example:8266", b"http://evil.example:8266", False),  # DNS rebinding
        (b"evil.example", b"http://evil.example", False),
        (b"192.168.1.7:8266", b"http://micropython.org.evil.example", False),
        (b"192.168.1.7:8266", b"http://192.168.1.7", False),
        (b"192.168.1.7:8266", b"https://evil.example", False),
        (b"192.168.1.7:8266", b"http://localhost:8080", False),
        (b"192.168.1.7:8266", b"http:x/", False),  # no whole origin
        (b"192.168.1.7:8266", b"http:", False),
        (b"192.168.1.7:8266", b"http://", False),
        (b"192.168.1.7:8266", b"https://micropython.org/webrepl", False),
    ],
)
def test_a_page_of_another_site_cannot_open_a_session(board, host, origin, may):
    request = field(b"Host", host).replace(b"\r\n", b"\r\nOrigin: " + origin + b"\r\n", 1)
    answer = SWITCHED + PROMPT if may else b"HTTP/1.1 403 "
    assert board.client(request).received.startswith(answer)


def test_a_client_page_of_ones_own_may_open_a_session(board):
    board.webrepl_server.start("letmein", "http://10.0.0.9/webrepl/")
    request = UPGRADE.replace(b"\r\n", b"\r\nOrigin: http://10.0.0.9\r\n", 1)
    assert board.client(request).received == SWITCHED + PROMPT


# start().


def test_a_password_that_is_too_long_is_refused(board):
    with pytest.raises(ValueError):
        board.webrepl_server.start("0123456789")


def test_a_new_password_needs_no_second_listener(board):
    board.webrepl_server.start("other")
    assert board.repl.secret == "other"
    board.session()

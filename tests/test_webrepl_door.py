"""WebREPL's door: stock clients get in, and nobody who comes to it can stop or lock the board."""

import types

import pytest
from fake_socket import PCBS, Net, plug_in

KEY = b"MDEyMzQ1Njc4OWFiY2RlZg=="  # this and what follows: recorded from the real one
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: 10.66.0.2:8266\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + b"\r\n\r\n"
)
SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: BACScCJPNqyz+UBoqMH89VmURoA=\r\n\r\n"
)
PROMPT = b"\x81\x0aPassword: "
PAGE = (
    b'HTTP/1.0 200 OK\r\n\r\n<base href="https://micropython.org/webrepl/"></base>\r\n'
    b'<script src="webrepl_content.js"></script>\r\n'
)


class Repl:
    """What the firmware has of WebREPL in C: dupterm's slot 0, `_webrepl` and `websocket`."""

    def __init__(self):
        self.slot = self.secret = None
        self.typed = b""
        self.os = types.SimpleNamespace(dupterm=self.dupterm, dupterm_notify=self.notify)
        self.websocket = types.SimpleNamespace(websocket=self.open_websocket)
        self._webrepl = types.SimpleNamespace(_webrepl=self.open_webrepl, password=self.password)

    def password(self, secret):
        if len(secret) > 9:
            raise ValueError
        self.secret = secret

    def open_websocket(self, sock, blocking_write):
        assert blocking_write is True  # else output is lost
        return sock

    def open_webrepl(self, sock):
        sock.send(PROMPT)
        return types.SimpleNamespace(sock=sock)

    def dupterm(self, terminal):
        before, self.slot = self.slot, terminal
        return before

    def notify(self, _):
        """mp_os_dupterm_notify and mp_os_deactivate: read all there is; an end frees the slot."""
        if not self.slot:
            return
        sock = self.slot.sock
        buffer = bytearray(64)
        try:
            while n := sock.readinto(buffer):
                self.typed += buffer[:n]
            if n is None:
                return
        except OSError:
            pass
        self.slot = None
        sock.close()


class Board:
    def __init__(self, monkeypatch):
        self.net, self.repl = Net(), Repl()
        firmware = {"os": self.repl.os, "websocket": self.repl.websocket}
        self.modules = plug_in(monkeypatch, self.net, _webrepl=self.repl._webrepl, **firmware)
        self.door = self.modules["webrepl_door"]
        self.door.start("letmein")
        self.net.idle()

    def client(self, data=b""):
        client = self.net.connect(8266)
        self.net.idle()
        client.send(data)
        self.net.idle()
        return client

    def session(self):
        client = self.client(UPGRADE)
        assert client.received == SWITCHED + PROMPT
        client.received = b""
        return client


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


def field(name, value):
    """The handshake with another value of a field, or, for None, without it."""
    lines = [x for x in UPGRADE.split(b"\r\n") if not x.startswith(name + b":")]
    if value is not None:
        lines.insert(1, name + b": " + value)
    return b"\r\n".join(lines)


# Stock clients.


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
    assert client.got_fin and not client.got_rst


def test_the_page_can_be_told_where_the_client_is(board):
    board.door.start("letmein", "http://10.0.0.9/webrepl/")
    client = board.client(b"GET / HTTP/1.1\r\n\r\n")
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


def test_lines_without_a_colon_hurt_nobody(board):
    assert board.client(UPGRADE.replace(b"Host: ", b"nonsense\r\n\xff\r\n")).closed is False


def test_a_handshake_in_pieces_opens_a_session(board):
    client = board.client()
    for i in range(len(UPGRADE)):
        client.send(UPGRADE[i : i + 1])
        board.net.idle()
    assert client.received == SWITCHED + PROMPT


# Clients that would stop or lock the stock one.


@pytest.mark.parametrize("said", [b"", UPGRADE[:60]])
def test_a_client_that_says_no_more_is_dropped(board, said):
    client = board.client(said)
    board.net.idle(3200)
    assert client.received == b"HTTP/1.0 408 \r\n\r\n"
    assert client.got_fin
    board.session()


def test_a_client_that_trickles_is_dropped(board):
    client = board.client()
    while not client.closed and not client.received:
        client.send(b"x")
        board.net.idle(100)
    assert client.received == b"HTTP/1.0 408 \r\n\r\n"


def test_a_handshake_without_end_is_refused(board):
    client = board.client(b"GET / HTTP/1.1\r\nX: " + b"x" * 5000)
    assert client.received == b"HTTP/1.0 431 \r\n\r\n"
    assert client.closed


def test_a_second_client_is_turned_away_and_the_first_told(board):
    first = board.session()
    second = board.client(UPGRADE)
    assert second.received == SWITCHED
    assert second.got_fin and not second.got_rst
    line = b"\nConcurrent WebREPL connection from %a rejected\n" % (second.address,)
    assert first.received == bytes((0x81, len(line))) + line
    first.send(b"1+1\r")
    board.net.idle()
    assert board.repl.typed == b"1+1\r"


def test_telling_a_client_that_does_not_listen_takes_no_waiting(board):
    first = board.session()
    first.unacked = 1072  # its send buffer is full
    first.sock.blocking = True  # and a print() in the foreground waits for it
    second = board.client(UPGRADE)
    assert second.received == SWITCHED and second.got_fin


def test_a_client_that_vanished_is_replaced_after_a_minute_of_silence(board):
    first = board.session()
    first.unacked = 1000
    board.net.idle(59_000)
    assert board.client(UPGRADE).received == SWITCHED
    board.net.idle(1000)
    second = board.session()
    assert first.got_rst and first not in board.net.pcbs  # its place in lwIP is free as well
    assert board.repl.slot.sock is second.sock


def test_a_client_that_types_now_and_then_keeps_its_session(board):
    first = board.session()
    for _ in range(3):
        board.net.idle(59_000)
        first.send(b"x")
        board.net.idle()
        assert board.client(UPGRADE).received == SWITCHED
    assert not first.closed


def test_a_session_left_open_for_weeks_can_be_replaced(board):
    board.session()
    board.net.now += (1 << 29) + 5  # ticks_diff says that this lies ahead
    board.session()


@pytest.mark.parametrize("leaves", ["rst", "fin"])
def test_a_client_that_left_makes_room_for_the_next_at_once(board, leaves):
    getattr(board.session(), leaves)()
    board.session()


def test_a_terminal_that_is_not_ours_stays(board):
    theirs = board.repl.slot = types.SimpleNamespace(sock=board.net.socket())
    theirs.sock.readinto = lambda buffer: None
    board.net.idle(61_000)
    assert board.client(UPGRADE).closed
    assert board.repl.slot is theirs


def test_no_memory_for_a_session_costs_that_session_only(board, monkeypatch):
    with monkeypatch.context() as starved:
        starved.setattr(board.repl._webrepl, "_webrepl", lambda ws: [][1])
        assert board.client(UPGRADE).closed
    assert board.repl.slot is None
    board.session()


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
        (b"192.168.1.7:8266", b"http://micropython.org.evil.example", False),
        (b"192.168.1.7:8266", b"http://192.168.1.7", False),
        (b"evil.example:8266", b"http://evil.example:8266", False),  # DNS rebinding
        (b"1.2.3.4.evil.example:8266", b"http://1.2.3.4.evil.example:8266", False),
    ],
)
def test_a_page_of_another_site_cannot_open_a_session(board, host, origin, may):
    request = field(b"Host", host).replace(b"\r\n", b"\r\nOrigin: " + origin + b"\r\n", 1)
    answer = SWITCHED + PROMPT if may else b"HTTP/1.0 403 \r\n\r\n"
    assert board.client(request).received == answer


def test_a_client_page_of_ones_own_may_open_a_session(board):
    board.door.start("letmein", "http://10.0.0.9/webrepl/")
    request = UPGRADE.replace(b"\r\n", b"\r\nOrigin: http://10.0.0.9\r\n", 1)
    assert board.client(request).received == SWITCHED + PROMPT


# Beside HTTP.


@pytest.fixture
def http(board):
    server = board.modules["server"].Server(lambda data: b"HTTP/1.1 200 OK\r\n\r\n")
    server.start()
    board.net.idle()
    return server


def test_a_session_leaves_room_for_three_clients_and_the_next(board, http):
    session = board.session()
    for _ in range(6):
        board.net.connect(80)
        board.net.idle()
        assert len(board.net.pcbs) < PCBS
    assert not session.closed


def test_silent_clients_here_do_not_keep_http_out(board, http):
    for _ in range(6):
        board.client()
    client = board.net.connect(80)
    board.net.idle()
    client.send(b"x")
    board.net.idle()
    assert client.received


def test_what_a_session_types_makes_up_for_lost_events_of_http(board, http):
    session = board.session()
    client = board.net.connect(80)
    board.net.queue.clear()
    session.send(b"x")
    board.net.idle()
    assert client.sock


def test_http_makes_up_for_lost_events_of_a_session(board, http):
    session = board.session()
    session.send(b"1+1\r")
    board.net.queue.clear()
    board.net.connect(80)
    board.net.idle()
    assert board.repl.typed == b"1+1\r"


# start().


def test_a_password_that_is_too_long_is_refused(board):
    with pytest.raises(ValueError):
        board.door.start("0123456789")


def test_a_new_password_needs_no_second_listener(board):
    board.door.start("other")
    assert board.repl.secret == "other"
    board.session()

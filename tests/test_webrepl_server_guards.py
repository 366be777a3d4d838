"""No client of WebREPL can stop the board, or lock others out."""

import types

import pytest
from fake_socket import PCBS
from server_rig import GET, OK, Service
from webrepl_rig import SWITCHED, UPGRADE, Board


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


@pytest.mark.parametrize("said", [b"", UPGRADE[:60]])
def test_a_client_that_says_no_more_is_dropped(board, said):
    client = board.client(said)
    board.net.idle(4200)
    assert client.received.startswith(b"HTTP/1.1 408 ")
    assert client.got_fin
    board.session()


def test_a_client_that_trickles_is_dropped(board):
    client = board.client()
    while not client.closed and not client.received:
        client.send(b"x")
        board.net.idle(100)
    assert client.received.startswith(b"HTTP/1.1 408 ")


def test_a_handshake_without_end_is_refused(board):
    client = board.client(b"GET / HTTP/1.1\r\nX: " + b"x" * 5000)
    assert client.received.startswith(b"HTTP/1.1 431 ")
    board.net.idle(100)
    assert client.closed


def test_a_second_client_is_turned_away_and_the_first_told(board):
    first = board.session()
    second = board.client(UPGRADE)
    assert second.received == SWITCHED
    board.net.idle(100)
    assert second.got_fin and not second.got_rst
    line = b"\r\nConcurrent WebREPL connection from %a rejected\r\n" % (second.address,)
    assert first.received == bytes((0x81, len(line))) + line
    first.send(b"1+1\r")
    board.net.idle()
    assert board.repl.typed == b"1+1\r"


def test_a_second_client_is_turned_away_while_a_print_waits_for_the_first(board):
    first = board.session()
    first.unacked = 1072  # its send buffer is full
    first.sock.blocking = True  # and a print() in the foreground waits for it
    second = board.client(UPGRADE)
    board.net.idle(100)
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


# Beside HTTP.


@pytest.fixture
def http(board):
    board.modules["server"].listen(Service())
    board.net.idle()


def test_a_session_leaves_room_for_three_clients_and_the_next(board, http):
    session = board.session()
    for _ in range(6):
        board.net.connect(80)
        board.net.idle(225)  # then it can be evicted
        assert len(board.net.pcbs) < PCBS
    assert not session.closed


def test_silent_clients_here_do_not_keep_http_out(board, http):
    for _ in range(6):
        board.client()
        board.net.idle(225)  # then it can be evicted
    client = board.net.connect(80)
    board.net.idle()
    client.send(GET)
    board.net.idle()
    assert client.received == OK


def test_a_print_that_waits_for_its_client_keeps_nobody_else_waiting(board, http):
    session = board.session()
    session.unacked = 1072
    session.sock.blocking = True  # as websocket.write() has it, which runs all this while it waits
    client = board.net.connect(80)
    board.net.idle()
    client.send(GET)
    board.net.idle()
    assert client.received == OK
    session.send(b"\x03")
    board.net.idle()
    assert board.repl.typed == b"\x03"
    assert session.sock.blocking  # or the print would fail now, and end the session


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

"""HTTP over the chip's socket rules: requests are answered, and slow clients hold nobody up."""

import pytest
from server_rig import GET, LIMIT, OK, SOCK, TOO_LARGE, Board


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


def test_a_request_is_answered_and_the_connection_goes_when_the_client_closes(board):
    client = board.client(GET)
    assert client.received == OK
    assert not client.got_fin
    client.fin()
    board.net.idle()
    assert client.got_fin and not client.got_rst
    assert board.nobody()


def test_a_client_that_waits_for_the_server_to_close_waits_a_moment_only(board):
    client = board.client(GET)
    board.net.idle(150)
    assert client.got_fin and not client.got_rst


def test_what_came_before_the_connection_was_accepted_is_answered(board):
    client = board.connect(GET)
    board.net.idle()
    assert not client.received  # lwIP keeps it back
    board.net.offer_refused()
    board.net.idle()
    assert client.received == OK


@pytest.mark.parametrize("size", [1, 7, 512, 513])
def test_a_request_in_pieces_is_answered_like_a_whole_one(board, size):
    request = GET[:-2] + b"X: " + b"x" * 1400 + b"\r\n\r\n"
    client = board.client()
    for i in range(0, len(request), size):
        assert not client.received
        client.send(request[i : i + size])
        board.net.idle()
    assert client.received == OK


def test_only_the_first_of_several_requests_is_answered(board):
    client = board.client(GET + GET)
    client.send(GET)
    board.net.idle()
    assert client.received == OK
    assert board.service.answers == "2"


def test_a_service_is_told_of_each_response_after_it_has_left(board):
    seen = []
    client = board.client()
    board.service.count = lambda digit: seen.append((chr(digit), client.received))
    client.send(GET)
    board.net.idle()
    assert seen == [("2", OK)]


@pytest.mark.parametrize("keeps", [True, False])
def test_behind_a_101_the_socket_is_the_services_if_it_wants_that(board, keeps):
    taken = []
    board.service.upgraded = lambda sock, peer: taken.append((sock, peer)) or keeps
    board.service.handle = lambda data: b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    client = board.client(GET)
    board.net.idle(5000)
    assert taken == [(client.sock, client.address)]
    assert client.closed is not keeps and board.service.answers == ""
    client.fin()
    board.net.idle(50)
    assert not [slot for slot in board.connection.slots if slot[SOCK]]


# Slow and silent clients.


@pytest.mark.parametrize("said", [b"", b"GET /led HTT"])
def test_a_client_that_says_no_more_is_told_that_it_is_late_and_goes(board, said):
    client = board.client(said)
    board.net.idle(3900)
    assert not client.received
    board.net.idle(200)
    assert client.received.startswith(b"HTTP/1.1 408 ")
    board.net.idle(200)
    assert client.got_fin
    client.fin()
    board.net.idle(50)
    assert board.nobody()
    assert board.service.rejected == 1


def test_a_client_that_trickles_has_no_more_time_than_others(board):
    client = board.client()
    for _ in range(50):
        if not client.got_fin:
            client.send(b"x")
        board.net.idle(100)
    assert client.received.startswith(b"HTTP/1.1 408 ")
    assert client.got_fin


def test_deadlines_hold_after_a_week_without_a_client(board):
    board.get()
    board.net.now += (1 << 29) + 5  # ticks_diff says that this lies ahead
    client = board.client()
    board.net.idle(3900)
    assert not client.got_fin
    board.net.idle(400)
    assert client.got_fin


def test_a_request_cut_in_half_leaves_nothing(board):
    client = board.client(GET[:20])
    client.fin()
    board.net.idle()
    assert client.got_fin and not client.received
    assert board.nobody()


def test_a_close_that_lwip_never_reports_leaves_nothing(board):
    client = board.connect(fin=True)
    board.net.idle(4300)
    assert client.closed
    client.rst()
    board.net.idle(50)
    assert board.nobody()


def test_a_reset_which_is_no_event_leaves_nothing(board):
    for said in (b"", GET[:20], GET):
        client = board.client(said)
        client.rst()
        board.net.idle(60)
        assert board.nobody()
    assert board.service.rejected == 2  # the third one had been answered


def test_a_client_that_is_gone_before_accept_leaves_nothing(board):
    board.connect().rst()
    board.net.idle()
    assert board.nobody()
    board.get()


# Too much data.


def test_a_line_of_300_kb_is_refused_and_read_no_further_than_a_bound(board):
    client = board.client(b"GET /" + b"a" * 300_000)
    assert client.received == TOO_LARGE
    assert client.got_rst
    assert board.nobody()


def test_a_client_that_is_still_sending_gets_to_read_why_it_need_not(board):
    client = board.client(b"GET /" + b"a" * LIMIT)
    for _ in range(20):
        client.send(b"a" * 536)
        board.net.idle(20)
    assert client.received == TOO_LARGE
    assert not (client.got_fin or client.got_rst)
    client.fin()
    board.net.idle()
    assert client.got_fin and not client.got_rst

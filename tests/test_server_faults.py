"""The server where calls of the firmware fail, and where it has no option 20."""

import errno

import pytest
from server_rig import GET, OK, Board, handle


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


def test_a_response_that_does_not_fit_ends_the_connection(board):
    board.service.handle = lambda data: b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1072)
    client = board.client(GET)
    assert client.closed
    assert (board.service.responses, board.service.rejected) == ([], 1)


def test_a_full_send_buffer_ends_the_connection(board):
    client = board.client()
    client.unacked = 1072
    client.send(GET)
    board.net.idle()
    assert client.closed
    assert board.service.rejected == 1


@pytest.mark.parametrize("call", ["accept", "setsockopt", "schedule"])
def test_no_memory_for_a_client_costs_that_client_at_most(board, call):
    board.net.no_memory.add(call)
    lost = board.connect()
    board.net.idle()
    board.net.no_memory.clear()
    lost.rst()
    board.net.idle(5000)
    board.get()
    assert board.nobody()


def raise_memory_error(*_):
    raise MemoryError


@pytest.mark.parametrize(
    "what_comes, calls",
    [(GET[:9], "bytes"), (GET, "answer"), (GET, "sent"), (None, "error")],
)
def test_no_memory_at_any_stage_costs_that_client_only(board, monkeypatch, what_comes, calls):
    other = board.client()
    with monkeypatch.context() as starved:
        owner = board.connection if calls in ("bytes", "error") else board.service
        starved.setattr(owner, calls, raise_memory_error, raising=False)
        client = board.client(what_comes)
        board.net.idle(3000)
        if not what_comes:
            other.send(GET)
            board.net.idle(1100)
    assert client.closed
    other.send(GET) if what_comes else None
    board.net.idle()
    assert other.received == OK


@pytest.mark.parametrize("calls", ["bytes", "error"])
def test_no_memory_to_make_room_takes_it_all_the_same(board, monkeypatch, calls):
    first = board.client()
    board.client(), board.client()
    monkeypatch.setattr(board.connection, calls, raise_memory_error, raising=False)
    board.get()
    assert first.closed


def test_a_fault_in_the_core_costs_that_client_only(board):
    board.service.handle = lambda data: data.nonsense
    assert board.client(GET).closed
    board.service.handle = handle
    board.get()
    assert board.service.rejected == 1


def test_after_an_error_a_socket_is_only_closed(board):
    client = board.client()
    client.sock.error = errno.ETIMEDOUT  # lwIP gave up
    sends = []
    client.sock.send = sends.append
    board.net.idle(5000)
    assert client.sock.closed and not sends


def test_what_a_sweep_calls_at_its_end_cannot_harm_it(board):
    board.driver.after_sweep = raise_memory_error
    board.get()


def test_what_looks_at_the_clock_is_called_while_there_are_clients(board):
    looks = []
    board.driver.checks.append(looks.append)
    board.client()
    board.net.idle(1000)
    assert len(looks) >= 30


def test_one_that_fails_harms_neither_those_before_it_nor_a_client_and_the_ticks_end(board):
    looks = []
    board.driver.checks += [looks.append, raise_memory_error]
    board.get()
    board.net.idle(5000)
    assert looks
    looks.clear()
    board.net.idle(5000)
    assert not looks


# Where there is no option 20.


class Stop(BaseException):
    pass


def drive(board, turns):
    """run() for so many turns; what each waited for."""
    poll = board.connection.poll
    waits = poll.waits = []

    def ipoll(timeout):
        if len(waits) == turns:
            raise Stop
        return type(poll).ipoll(poll, timeout)

    poll.ipoll = ipoll
    with pytest.raises(Stop):
        board.driver.run()
    return waits


@pytest.fixture
def plain(monkeypatch):
    return Board(monkeypatch, option_20=False)


def test_without_callbacks_the_caller_has_to_run_the_server(board, plain):
    assert board.called_back is True
    assert plain.called_back is False


def test_run_waits_for_ever_only_while_there_is_no_client(plain):
    assert drive(plain, 3) == [-1, -1, -1]
    client = plain.connect()
    client.send(GET)
    assert drive(plain, 2) == [-1, 25]
    plain.net.offer_refused()
    drive(plain, 1)
    assert client.received == OK


def test_run_wakes_up_for_a_client_that_has_yet_to_ask(plain):
    client = plain.connect()
    drive(plain, 2)
    assert client.sock in plain.connection.poll.known
    client.send(GET)
    drive(plain, 1)
    client.fin()
    drive(plain, 1)
    assert client.sock not in plain.connection.poll.known
    assert plain.nobody()


def test_a_port_that_is_taken_is_reported(board):
    with pytest.raises(OSError):
        board.driver.listen(board.service)

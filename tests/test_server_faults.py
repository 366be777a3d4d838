"""The server where calls of the firmware fail, and where a source or a job does."""

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
    assert (board.service.answers, board.service.rejected) == ("", 1)


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
    [(GET[:9], "bytes"), (GET, "answer"), (GET, "count"), (None, "error")],
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
    board.net.idle(225)
    monkeypatch.setattr(board.connection, calls, raise_memory_error, raising=False)
    board.get()
    assert first.closed


def test_a_fault_in_the_core_costs_that_client_only(board):
    board.service.handle = lambda data: data.nonsense
    client = board.client(GET)
    assert client.received.startswith(b"HTTP/1.1 500 Failed\r\n")
    client.fin()
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


def test_a_source_that_fails_costs_neither_clients_nor_the_sources_behind_it(board):
    turns = []
    board.driver.sources[:0] = [raise_memory_error]
    board.driver.sources.append(turns.append)
    board.get()
    assert turns


def test_a_source_is_told_whether_the_sweep_has_accepted_a_client(board):
    turns = []
    board.driver.sources.append(turns.append)
    client = board.client()
    client.send(GET)
    board.net.idle()
    assert (turns[0], turns[-1]) == (True, False)


def test_jobs_run_while_there_are_clients(board):
    looks = []
    board.driver.jobs.append(looks.append)
    board.client()
    board.net.idle(1000)
    assert len(looks) >= 30


def test_a_job_that_fails_costs_no_job_behind_it_its_turn_and_the_ticks_end(board):
    looks = []
    board.driver.jobs[:0] = [raise_memory_error]
    board.driver.jobs.append(looks.append)
    board.get()
    board.net.idle(5000)
    assert looks
    looks.clear()
    board.net.idle(5000)
    assert not looks


def test_what_a_job_raises_is_the_last_error(board, monkeypatch):
    told = []
    monkeypatch.setattr(board.driver, "failed", told.append)
    board.driver.jobs.append(lambda now: {}["oops"])
    board.client()
    board.net.idle(100)
    assert isinstance(told[0], KeyError)


def test_what_the_button_raises_is_the_last_error(board, monkeypatch):
    told = []
    monkeypatch.setattr(board.driver, "failed", told.append)
    board.driver.sources.append(lambda new: {}["oops"])
    board.driver.sweep()
    assert isinstance(told[0], KeyError)


def test_a_port_that_is_taken_is_reported(board):
    with pytest.raises(OSError):
        board.driver.listen(board.service)

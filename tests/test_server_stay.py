"""Clients that have their answer and stay: lwIP counts them after the server's close, too."""

import pytest
from fake_socket import PCBS
from server_rig import GET, OK, UNDISTURBED, Board, crowd


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


def test_one_connection_of_lwips_five_is_free_whatever_comes(board):
    for said in [b"", GET[:9], GET, b"x" * 2000] * 10:
        board.client(said)  # which never closes
        assert len(board.net.pcbs) < PCBS - 1  # and a WebREPL session
        board.net.idle(UNDISTURBED)


def test_who_has_its_answer_and_stays_makes_room_first_and_gets_all_of_it(board):
    closed, answered, silent = crowd(board, GET, GET, b"")
    board.client()
    assert closed.received == OK
    assert closed.got_fin and not closed.got_rst
    assert answered.received.startswith(OK)
    assert answered.received[len(OK) :].strip(b"\r\n") == b""  # an error to no client
    assert answered.got_rst and not silent.got_rst


def test_who_stays_behind_the_servers_close_costs_one_slot_and_its_end_gives_that_back(board):
    closed, answered = crowd(board, GET, GET)
    board.net.idle(5000)
    assert closed.got_fin and not answered.got_fin
    closed.gone()  # lwIP gives up
    board.net.idle(50)
    assert answered.got_fin and not answered.got_rst
    answered.fin()
    board.net.idle(50)
    silent = [board.client() for _ in range(3)]
    board.net.idle(UNDISTURBED)
    assert not any(client.got_rst for client in silent)


def test_clients_that_close_behind_the_server_are_all_closed_by_it_after_a_moment(board):
    for _ in range(20):
        clients = [board.client(GET) for _ in range(3)]
        for client in clients:
            board.net.idle(100)
            assert client.got_fin and not client.got_rst
            client.fin()
        board.net.idle(50)


def test_a_reset_just_before_the_server_closes_does_no_harm(board):
    client = board.client(GET)
    readinto = type(client.sock).readinto

    def and_reset(buffer):
        count = readinto(client.sock, buffer)
        if board.net.now > start + 50:
            client.rst()
        return count

    start = board.net.now
    client.sock.readinto = and_reset
    board.net.idle(500)
    assert board.nobody()
    board.get()

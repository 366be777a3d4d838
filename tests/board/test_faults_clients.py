"""Slow, silent and leaving clients: none holds the switch up, flips the light, leaves a trace."""

import contextlib
import socket
import time

import client
import pytest
from fault_rig import GET, OFF, PUT, Victim, answers, connections, log_in, reset

_STAYING = 35  # clients, five a second: for longer than lwIP keeps one of them

STAGES = {
    "before the request": b"",
    "mid header": GET[:20],
    "before the body": PUT,
    "mid body": PUT + OFF[:5],
    "after the request": GET,
}


def told(sock: socket.socket) -> bytes:
    """The status line that comes, or b"" for a connection that ends."""
    return client.read_all(sock)[:12]


def read_and_close(sock: socket.socket) -> bytes:
    """One response, or what came of it before a reset."""
    with sock, contextlib.suppress(ConnectionResetError):
        return client.read_response(sock)
    return b""


def wait_until_late(victim: Victim) -> None:
    victim.board.do(lambda chip: chip.clock.advance(4100))


def test_a_header_a_byte_a_second_is_cut_off_and_holds_nobody_up(victim: Victim) -> None:
    with victim.suffers() as board, client.connect(board.http) as sock:
        with contextlib.suppress(OSError):
            for byte in PUT[:8]:
                sock.sendall(bytes([byte]))
                answers(board)
                board.do(lambda chip: chip.clock.advance(1000))
        assert told(sock) == b"HTTP/1.1 408"


@pytest.mark.parametrize("said", [PUT, PUT + OFF[:5]], ids=["none", "half"])
def test_a_body_that_never_comes_is_cut_off_and_changes_nothing(
    victim: Victim, said: bytes
) -> None:
    with victim.suffers() as board, client.connect(board.http) as sock:
        sock.sendall(said)
        answers(board)
        wait_until_late(victim)
        assert told(sock) == b"HTTP/1.1 408"


def test_who_waits_to_be_told_to_send_the_body_is_told(victim: Victim) -> None:
    with victim.suffers(after=False) as board, client.connect(board.http) as sock:
        sock.sendall(PUT[:-2] + b"Expect: 100-continue\r\n\r\n")
        told = b"HTTP/1.1 100 Continue\r\n\r\n"
        assert sock.recv(len(told)) == told
        sock.sendall(OFF[:5])
        answers(board)
        sock.sendall(OFF[5:])
        assert client.read_response(sock).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_is_never_read_holds_nobody_up(victim: Victim) -> None:
    with victim.suffers() as board, connections(board.http, 3) as socks:
        for sock in socks:
            sock.sendall(GET)
        answers(board)


def test_clients_that_are_answered_and_never_close_take_one_connection_of_five(
    victim: Victim,
) -> None:
    with victim.suffers() as board, contextlib.ExitStack() as stack:
        session = log_in(board)
        for _ in range(_STAYING):
            sock = stack.enter_context(client.connect(board.http))
            sock.sendall(GET)
            assert sock.recv(12) == b"HTTP/1.1 200"
            time.sleep(0.2)
            assert client.led(board.http) is True
            assert board.do(lambda chip: chip.stack.active_pcbs) < 5  # so the next SYN is heard
        session.close()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 12])
@pytest.mark.parametrize("said", [b"", GET[:20]], ids=["silent", "half"])
def test_connections_that_stay_open_hold_nobody_up(
    victim: Victim, count: int, said: bytes
) -> None:
    with victim.suffers() as board, connections(board.http, count) as socks:
        for sock in socks:
            with contextlib.suppress(OSError):  # it may have had to make room
                sock.sendall(said)
        assert answers(board) is True


def test_ten_clients_that_come_at_once_are_all_answered(victim: Victim) -> None:
    with victim.suffers() as board:
        for _ in range(3):
            with connections(board.http, 10) as socks:
                time.sleep(0.02)  # the way to and from the board
                for sock in socks:
                    sock.sendall(GET)
                assert [read_and_close(sock)[:12] for sock in socks] == [b"HTTP/1.1 200"] * 10


def test_connections_that_close_at_once_leave_nothing(victim: Victim) -> None:
    with victim.suffers() as board:
        for _ in range(12):
            client.connect(board.http).close()


@pytest.mark.parametrize("said", STAGES.values(), ids=STAGES)
def test_who_closes_one_half_is_served_if_it_has_asked(victim: Victim, said: bytes) -> None:
    with victim.suffers() as board, client.connect(board.http) as sock:
        sock.sendall(said)
        sock.shutdown(socket.SHUT_WR)
        answers(board)
        if said != GET:
            wait_until_late(victim)  # where nothing was said, lwIP may lose the FIN
        assert told(sock) in ((b"HTTP/1.1 200",) if said == GET else (b"", b"HTTP/1.1 408"))


@pytest.mark.parametrize("said", STAGES.values(), ids=STAGES)
@pytest.mark.parametrize("seen", [False, True], ids=["unseen", "seen"])
def test_a_reset_at_any_stage_of_a_request_leaves_nothing(
    victim: Victim, said: bytes, seen: bool
) -> None:
    with victim.suffers() as board:
        for _ in range(4):  # one more than there are slots
            sock = client.connect(board.http)
            sock.sendall(said)
            if seen:
                answers(board)
            reset(sock)


@pytest.mark.parametrize("length", [1, 4096], ids=["during", "after"])
def test_a_reset_while_or_after_the_answer_comes_leaves_nothing(
    victim: Victim, length: int
) -> None:
    with victim.suffers() as board:
        for _ in range(4):
            sock = client.connect(board.http)
            sock.sendall(GET.replace(b"/led", b"/status"))
            assert sock.recv(length)
            reset(sock)


@pytest.mark.parametrize("port", ["http", "webrepl"])
def test_a_thousand_who_come_and_go_do_not_delay_the_next_answer(
    victim: Victim, port: str
) -> None:
    with victim.suffers() as board:
        url = getattr(board, port)
        for leave in (socket.socket.close, reset):
            for _ in range(1000):
                leave(client.connect(url))
            assert answers(board) is True  # which may take several tries: the queue holds four

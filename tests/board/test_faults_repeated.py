"""The same broken client again and again: each gets its error, and not a byte is lost."""

import contextlib
import socket
from collections.abc import Callable

import client
import pytest
from fault_rig import GET, heap, heap_is_back, reset

from tools.virtual_board.board import VirtualBoard

# For the long run: 1,000. The line of 300 KB takes a second or so on a busy PC.
TIMES = 30
LONG_TIMES = TIMES // 3
FIRST = 10  # times, for what is allocated once, by looking at the heap as well
KEPT = 256  # bytes: one closed socket that the stack still has; below a block for each time


def a_request_cut_in_half(board: VirtualBoard) -> bytes:
    with client.connect(board.http) as sock:
        sock.sendall(GET[:25])
        sock.shutdown(socket.SHUT_WR)
        return client.read_all(sock)


def an_endless_line(board: VirtualBoard) -> bytes:
    with client.connect(board.http) as sock:
        with contextlib.suppress(OSError):
            sock.sendall(b"GET /" + b"a" * 300_000)
        return client.read_all(sock)


def a_huge_body(board: VirtualBoard) -> bytes:
    with client.connect(board.http) as sock:
        sock.sendall(
            b"PUT /led HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n{"
        )
        return client.read_response(sock)


def garbage(board: VirtualBoard) -> bytes:
    with client.connect(board.http) as sock:
        with contextlib.suppress(OSError):
            sock.sendall(bytes(range(256)) * 4)
        return client.read_all(sock)


def a_reset(board: VirtualBoard) -> bytes:
    sock = client.connect(board.http)
    sock.sendall(GET)
    reset(sock)
    return b""


def connect_and_close(board: VirtualBoard) -> bytes:
    client.connect(board.http).close()
    return b""


def a_trickle(board: VirtualBoard) -> bytes:
    with client.connect(board.http) as sock:
        for byte in GET:
            sock.sendall(bytes([byte]))
        return client.read_response(sock)


ROWS: list[tuple[Callable[[VirtualBoard], bytes], int, tuple[bytes, ...]]] = [
    (a_request_cut_in_half, TIMES, (b"",)),
    (an_endless_line, LONG_TIMES, (b"", b"HTTP/1.1 431 ", b"HTTP/1.1 414 ", b"HTTP/1.1 400 ")),
    (a_huge_body, TIMES, (b"HTTP/1.1 413 ",)),
    (garbage, TIMES, (b"", b"HTTP/1.1 400 ")),
    (a_reset, TIMES, (b"",)),
    (connect_and_close, TIMES, (b"",)),
    (a_trickle, TIMES, (b"HTTP/1.1 200 ",)),
]


@pytest.mark.parametrize(
    ("client_does", "times", "answers"), ROWS, ids=lambda x: getattr(x, "__name__", "")
)
def test_a_broken_client_gets_an_error_and_leaks_nothing(
    board: VirtualBoard,
    client_does: Callable[[VirtualBoard], bytes],
    times: int,
    answers: tuple[bytes, ...],
) -> None:
    for _ in range(FIRST):
        client_does(board)
    before, mark = min(heap(board) for _ in range(FIRST)), len(board.console)
    for _ in range(times):
        answer = client_does(board)
        assert answer[: answer.find(b" ", 9) + 1] in answers
    heap_is_back(board, before, KEPT)
    assert "Traceback" not in board.console[mark:]
    assert board.do(lambda chip: chip.stack.misuse) == 0

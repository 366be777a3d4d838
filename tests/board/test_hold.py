"""Nobody holds the switch up: silent, slow, broken and rude clients on the virtual board."""

import contextlib
import socket
import struct
import time
from collections.abc import Callable, Iterator

import client
import pytest

from tools.virtual_board.board import VirtualBoard

TIMES = 100


@contextlib.contextmanager
def open_connections(url: str, count: int) -> Iterator[list[socket.socket]]:
    socks = [client.connect(url) for _ in range(count)]
    try:
        yield socks
    finally:
        for sock in socks:
            sock.close()


def reset(sock: socket.socket) -> None:
    """Close with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def heap(board: VirtualBoard) -> int:
    """Free heap after a collection, as the board's own prompt tells it."""
    mark = len(board.console)
    board.do(
        lambda chip: chip.terminal.put(b"import gc;gc.collect();print('free',gc.mem_free())\r")
    )
    board.wait_for(lambda chip: b"free " in board.printed_since(mark).rpartition(b"())")[2])
    return int(board.printed_since(mark).rpartition(b"free ")[2].split()[0])


def settled(board: VirtualBoard) -> None:
    """No HTTP connection is open any more: only the two listeners are left."""
    client.led(board.http)
    board.wait_for(lambda chip: chip.stack.active_pcbs == 0 and chip.stack.open_sockets == 2)


def quick(board: VirtualBoard) -> None:
    """GET /led answers within a second."""
    start = time.monotonic()
    client.led(board.http)
    assert time.monotonic() - start < 1


def test_six_silent_browsers_and_two_webrepl_clients_hold_nobody_up(board: VirtualBoard) -> None:
    with open_connections(board.webrepl, 2) as (_silent, trickling):
        with open_connections(board.http, 6):
            for byte in b"GET / HT":
                with contextlib.suppress(OSError):  # it may have had to make room
                    trickling.sendall(bytes([byte]))
                quick(board)


def test_a_request_that_trickles_in_is_answered(board: VirtualBoard) -> None:
    with client.connect(board.http) as sock:
        for byte in b"GET /led HTTP/1.1\r\nHost: localhost\r\n\r\n":
            sock.sendall(bytes([byte]))
        assert client.read_response(sock).startswith(b"HTTP/1.1 200 ")
    quick(board)


def cut_in_half(board: VirtualBoard) -> bytes:
    with client.connect(board.http) as sock:
        sock.sendall(b"GET /led HTTP/1.1\r\nHo")
        sock.shutdown(socket.SHUT_WR)
        return client.read_all(sock)


def endless_line(board: VirtualBoard) -> bytes:
    with client.connect(board.http) as sock:
        with contextlib.suppress(OSError):
            sock.sendall(b"GET /" + b"a" * 300_000)
        return client.read_all(sock)


def huge_body(board: VirtualBoard) -> bytes:
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


def rude(board: VirtualBoard) -> bytes:
    sock = client.connect(board.http)
    sock.sendall(b"GET /led HTTP/1.1\r\nHost: localhost\r\n\r\n")
    reset(sock)
    return b""


def connect_and_close(board: VirtualBoard) -> bytes:
    client.connect(board.http).close()
    return b""


ROWS: list[tuple[Callable[[VirtualBoard], bytes], tuple[bytes, ...]]] = [
    (cut_in_half, (b"",)),
    (endless_line, (b"", b"HTTP/1.1 431 ", b"HTTP/1.1 414 ", b"HTTP/1.1 400 ")),
    (huge_body, (b"HTTP/1.1 413 ",)),
    (garbage, (b"", b"HTTP/1.1 400 ")),
    (rude, (b"",)),
    (connect_and_close, (b"",)),
]


@pytest.mark.parametrize(
    ("client_does", "answers"), ROWS, ids=lambda x: getattr(x, "__name__", "")
)
def test_a_broken_client_gets_an_error_and_leaks_nothing(
    board: VirtualBoard, client_does: Callable[[VirtualBoard], bytes], answers: tuple[bytes, ...]
) -> None:
    for _ in range(20):  # first, what is allocated once
        client_does(board)
    settled(board)
    before = heap(board)
    mark = len(board.console)
    for _ in range(TIMES):
        answer = client_does(board)
        assert answer[: answer.find(b" ", 9) + 1] in answers
    settled(board)
    assert "Traceback" not in board.console[mark:]
    assert heap(board) >= before - 256
    assert board.do(lambda chip: chip.stack.misuse) == 0

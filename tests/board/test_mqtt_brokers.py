"""Brokers that are slow, full, or send what they should not: the board leaves them or goes on."""

import contextlib
import socket
from collections.abc import Callable

import client
from broker_rig import becomes, state

from tools.soak.measure import free_heap
from tools.virtual_board.board import VirtualBoard


def test_a_broker_that_stops_in_the_middle_of_a_packet_is_left(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        board = make_lamp(server.getsockname()[1])
        sock = server.accept()[0]
        assert sock.recv(200).startswith(b"\x10")
        sock.sendall(b"\x20\2\0\0\x30\x40\0")
        assert sock.recv(200).startswith(b"\x82")
        assert state(board) == "connected"
        sock.close()  # with what it has not read: an RST
        becomes(board, "connection lost")


def test_a_slow_broker_gets_one_message_at_a_time_and_holds_nobody_up(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        board = make_lamp(server.getsockname()[1])
        sock = server.accept()[0]
        sock.settimeout(10)
        assert sock.recv(200).startswith(b"\x10")
        sock.sendall(b"\x20\2\0\0")
        kinds = []
        for _ in range(7):
            data = sock.recv(2000)
            assert data.endswith(b"\xc0\0")
            kinds.append(data[0])
            for on in (True, False):
                assert client.set_led(board.http, on) is on
            sock.setblocking(False)
            try:
                more = sock.recv(2000)
            except BlockingIOError:
                more = b""
            assert not more, "nothing comes before the answer"
            sock.settimeout(10)
            sock.sendall(b"\xd0\0")
        assert kinds == [0x82] + [0x31] * 6
        assert state(board) == "connected"
        sock.close()


def comes(board: VirtualBoard, server: socket.socket) -> socket.socket:
    """The board's next connection, after its CONNECT; the chip's clock goes faster meanwhile."""
    server.settimeout(0.05)
    for _ in range(600):
        board.do(lambda chip: chip.clock.advance(500))
        with contextlib.suppress(TimeoutError):
            sock = server.accept()[0]
            sock.settimeout(10)
            assert sock.recv(200).startswith(b"\x10")
            return sock
    raise TimeoutError(f"it does not come: {state(board)}")


ACCEPTED = b"\x20\2\0\0"
MALFORMED = {
    "nothing": b"",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "a long CONNACK": b"\x20\3\0\0\0",
    "SUBACK before CONNACK": b"\x90\3\0\1\0",
    "a length of five bytes": ACCEPTED + b"\x30\xff\xff\xff\xff\1",
    "half a packet": ACCEPTED + b"\x30\x40\0\x1dwifi",
}


def test_a_broker_that_sends_malformed_packets_is_left_and_costs_no_heap(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        board = make_lamp(server.getsockname()[1])
        comes(board, server).close()
        before = free_heap(board)
        for packets in MALFORMED.values():
            sock = comes(board, server)
            sock.sendall(packets)
            sock.shutdown(socket.SHUT_WR)
            client.read_all(sock)  # until the board has closed its end
            sock.close()
            assert state(board) != "connected"
            for on in (True, False):
                assert client.set_led(board.http, on) is on
        sock = comes(board, server)
        sock.sendall(ACCEPTED)
        assert sock.recv(2000).startswith(b"\x82")
        becomes(board, "connected")
        assert free_heap(board) >= before - 1024
        assert "Traceback" not in board.console
        sock.close()


def test_a_full_broker_is_tried_again_until_it_has_room(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    # As Mosquitto does at its max_connections: it takes the connection, and ends it at once.
    with socket.create_server(("127.0.0.1", 0)) as server:
        board = make_lamp(server.getsockname()[1])
        for _ in range(3):
            comes(board, server).close()
            becomes(board, "connection lost")
            assert client.set_led(board.http, True) is True
        sock = comes(board, server)
        sock.sendall(ACCEPTED)
        becomes(board, "connected")
        sock.close()

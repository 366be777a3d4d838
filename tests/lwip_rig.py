"""A board's TCP stack with a few clients, for the tests of tools/virtual_board/tcp/lwip.py."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Coroutine

from tools.virtual_board.tcp import loopback
from tools.virtual_board.tcp.lwip import Stack

HTTP = 80
EAGAIN, EBADF, ENOMEM, EINVAL = 11, 9, 12, 22
EADDRINUSE, ECONNRESET, ENOTCONN = 98, 104, 107


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    """Wait until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.001)


def error(call: Callable, *arguments) -> int:
    """The errno that the call ends with; 0 if it succeeds."""
    try:
        call(*arguments)
    except OSError as e:
        return e.errno
    return 0


class Client:
    """A client's socket; nothing blocks."""

    def __init__(self, port: int, receive_buffer: int = 0) -> None:
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.sock.connect(("127.0.0.1", port))  # the kernel answers, whatever the board does
        except OSError:
            self.sock.close()
            raise
        self.sock.setblocking(False)
        self.got = b""
        self.ended = ""

    def send(self, data: bytes) -> None:
        """Send as a segment of its own, and see it leave."""
        assert self.sock.send(data) == len(data)
        while loopback.unsent(self.sock):
            pass

    def read(self) -> bytes:
        """All that has come so far; `ended` says how it ended."""
        try:
            while data := self.sock.recv(4096):
                self.got += data
            self.ended = self.ended or "FIN"
        except BlockingIOError:
            pass
        except ConnectionResetError:
            self.ended = "RST"
        return self.got

    def end(self) -> str:
        """How the connection ended, or ""."""
        self.read()
        return self.ended

    def reset(self) -> None:
        """Leave with an RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Board:
    """A stack that listens on port 80, the events that it reported, and its clients."""

    def __init__(self, backlog: int = 4) -> None:
        self.events: list[int] = []
        self.stack = Stack(asyncio.get_running_loop(), {HTTP: 0}, self.events.append)
        self.port = self.stack.loopback_port(HTTP)
        self.listener = self.listen(backlog)
        self.clients: list[Client] = []

    def listen(self, backlog: int = 4) -> int:
        """Listen as a careful program would."""
        listener = self.stack.socket()
        self.stack.reuse(listener)
        self.stack.bind(listener, HTTP)
        self.stack.listen(listener, backlog)
        self.stack.set_event(listener, True)
        return listener

    def client(self, receive_buffer: int = 0) -> Client:
        """A client that the kernel has connected."""
        self.clients.append(Client(self.port, receive_buffer))
        return self.clients[-1]

    async def accept(self) -> int:
        """Accept as soon as somebody is there."""
        await until(lambda: self.stack.poll(self.listener) & 1)
        sid, peer = self.stack.accept(self.listener)
        assert peer[0] == "127.0.0.1"
        self.stack.set_event(sid, True)
        return sid

    async def pair(self, receive_buffer: int = 0) -> tuple[Client, int]:
        """A client and the board's socket for it."""
        client = self.client(receive_buffer)
        return client, await self.accept()

    async def receive(self, sid: int, size: int) -> bytes:
        """That many bytes, read as they come."""
        data = b""
        while len(data) < size:
            await until(lambda: self.stack.poll(sid) & 1)
            data += self.stack.recv(sid, 536)
        return data


def with_board(test: Callable[[Board], Coroutine], backlog: int = 4) -> None:
    """Run a test on a new board; nothing may be left of it in the loop."""

    async def run() -> None:
        board = Board(backlog)
        try:
            await test(board)
            assert board.stack.misuse == 0 or "misuse" in test.__name__
        finally:
            board.stack.close_ports()
            for client in board.clients:
                client.sock.close()

    asyncio.run(run())

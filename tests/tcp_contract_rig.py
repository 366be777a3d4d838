"""The two stand-ins for the chip's TCP, fake_tcp.py and the virtual board's, made alike."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from errno import EAGAIN

import pytest
from fake_socket import Net
from fake_tcp import CALLBACK, POLLERR, POLLHUP, POLLIN, POLLOUT, SO_REUSEADDR

from tests import lwip_rig

HTTP = 80
ALL = POLLIN | POLLOUT | POLLERR | POLLHUP


class Fake:
    """The one in memory, which the tests of device/server.py use. Nothing takes time in it."""

    def __init__(self):
        self.events = []
        self._net = Net()
        self.listener = self._net.socket()
        self.listener.setblocking(False)
        self.listener.setsockopt(1, SO_REUSEADDR, 1)
        self.listener.bind(("", HTTP))
        self.listener.listen(4)
        self.notify(self.listener)

    def notify(self, sock):
        """Have its events in `events`."""
        sock.setsockopt(1, CALLBACK, self.events.append)

    async def until(self, condition):
        """Let the queued callbacks run."""
        self._net.idle()
        assert condition(), "it never happened"

    def connect(self):
        """A client, to be given to the methods below."""
        return self._net.connect(HTTP)

    def say(self, client, data):
        """The client sends."""
        client.send(data)

    def fin(self, client):
        """The client closes its direction."""
        client.fin()

    def reset(self, client):
        """The client resets the connection."""
        client.rst()

    def got(self, client):
        """What has come to the client, and how that ended: "FIN", "RST", or ""."""
        return client.received, "RST" if client.got_rst else "FIN" if client.got_fin else ""

    def second_listener(self):
        """Bind another socket to the same port, without SO_REUSEADDR."""
        self._net.socket().bind(("", HTTP))

    def accept(self):
        """Accept, without waiting."""
        return self.listener.accept()[0]

    def read(self, sock, size):
        """Read, without waiting."""
        buffer = bytearray(size)
        n = sock.readinto(buffer)
        if n is None:
            raise OSError(EAGAIN)
        return bytes(buffer[:n])

    def write(self, sock, data):
        """Send, without waiting."""
        return sock.send(data)

    def poll(self, sock):
        """All flags."""
        return sock.ready(ALL)

    def close(self, sock):
        """Close it."""
        sock.close()

    def connections(self):
        """How many of lwIP's five are taken."""
        return len(self._net.pcbs)


class Virtual:
    """The virtual board's, over loopback."""

    def __init__(self, board: lwip_rig.Board):
        self.listener, self.events = board.listener, board.events
        self._board, self._stack = board, board.stack
        self.read, self.write = self._stack.recv, self._stack.send
        self.poll, self.close = self._stack.poll, self._stack.close
        self.connect = board.client

    async def until(self, condition):
        """Wait for it."""
        await lwip_rig.until(condition)

    def notify(self, sock):
        """Have its events in `events`."""
        self._stack.set_event(sock, True)

    def say(self, client, data):
        """The client sends."""
        client.send(data)

    def fin(self, client):
        """The client closes its direction."""
        client.sock.shutdown(1)

    def reset(self, client):
        """The client resets the connection."""
        client.reset()

    def got(self, client):
        """What has come to the client, and how that ended: "FIN", "RST", or ""."""
        return client.read(), client.ended

    def second_listener(self):
        """Bind another socket to the same port, without SO_REUSEADDR."""
        self._stack.bind(self._stack.socket(), HTTP)

    def accept(self):
        """Accept, without waiting."""
        return self._stack.accept(self.listener)[0]

    def connections(self):
        """How many of lwIP's five are taken."""
        return self._stack.active_pcbs


def with_fake(test: Callable[[Fake], Coroutine]) -> None:
    """Run a test on the one in memory."""
    asyncio.run(test(Fake()))


def with_virtual(test: Callable[[Virtual], Coroutine]) -> None:
    """Run a test on the virtual board's."""

    @functools.wraps(test)  # whose name says whether it misuses a socket
    async def run(board):
        await test(Virtual(board))

    lwip_rig.with_board(run)


on_both = pytest.mark.parametrize("on", [with_fake, with_virtual], ids=["fake", "virtual"])


async def pair(net: Fake | Virtual) -> tuple[object, object]:
    """A client, and the board's socket for it, whose events count."""
    client = net.connect()
    await net.until(lambda: net.poll(net.listener) & POLLIN)
    sock = net.accept()
    net.notify(sock)
    return client, sock


def error(call: Callable, *arguments: object) -> int:
    """The number of the OSError that the call ends with; 0 where it succeeds."""
    try:
        call(*arguments)
    except OSError as e:
        return e.args[0]
    return 0

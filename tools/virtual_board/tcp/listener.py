"""The loopback port that stands for one port of the board, and the SYNs that come to it."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable

from . import loopback

HOST = "127.0.0.1"
# A client's SYN comes again after 1, 3 and 7 s; after 15 s it gives up here.
SYN_RETRIES = (1, 2, 4, 8)
_BACKLOG = 128  # the kernel's; how many really fit is the model's business
_RECEIVE_BUFFER = 4096  # twice the chip's window, so that a burst that fits it comes unsplit
_SEGMENT = 536 + 12  # announced MSS: Linux takes 12 bytes of it for timestamps


Peer = tuple[str, int]


class Syn:
    """One on its way to `port`: arrive() when it is its turn, or gave_up()."""

    def __init__(self, port: "Port", sock: socket.socket, peer: Peer, waits: tuple[int, ...]):
        self._port, self._sock, self._peer, self._waits = port, sock, peer, waits

    def arrive(self) -> None:
        """Let the board decide about it; dropped, it comes again."""
        if not self._port.deliver(self._sock, self._peer):
            self._port.keep(self._sock, self._peer, self._waits)

    def gave_up(self) -> bool:
        """Whether its client has left, so that nobody sends it again; it is over then."""
        left = loopback.left(self._sock)
        if left:
            self._sock.close()
        return left


class Port:
    """One listening port. `deliver(sock, peer)` decides a SYN's fate: False drops it for now.
    `take_turn(syn)` calls syn.arrive() when it is its turn.

    It is taken for good when made, but refuses connections until listen(). Tries of a dropped SYN
    wait here; its client, whom the kernel has let in, believes itself connected meanwhile.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self._loop = loop
        self.number = number or _free_port()
        self.deliver: Callable[[socket.socket, Peer], bool] = lambda sock, peer: True
        self.discard: Callable[[socket.socket], None] = loopback.reset
        self.take_turn: Callable[[Syn], None] = Syn.arrive
        self._pending: dict[socket.socket, asyncio.TimerHandle] = {}
        self._listening = False
        self._sock = socket.socket()
        try:
            self._claim()
        except OSError as e:
            self._sock.close()
            why = "in use" if e.errno == errno.EADDRINUSE else os.strerror(e.errno or 0)
            raise OSError(e.errno, f"port {self.number} on {HOST}: {why}") from None

    def _claim(self) -> None:
        self._sock.setblocking(False)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self._sock.bind((HOST, self.number))
        # Only a socket that has listened keeps others with SO_REUSEADDR off its port.
        self.listen()
        self.shut()

    def listen(self) -> None:
        """Let connections in."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Each time: Linux forgets it when the socket stops listening.
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)
        self._sock.listen(_BACKLOG)
        self._listening = True
        self._loop.add_reader(self._sock, self._arrived)

    def shut(self) -> None:
        """Refuse connections, and keep the port."""
        if not self._listening:
            return
        self._listening = False
        self._loop.remove_reader(self._sock)
        self._sock.shutdown(socket.SHUT_RD)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)

    def forget(self) -> None:
        """Give up the SYNs that were dropped."""
        for sock, timer in self._pending.items():
            timer.cancel()
            loopback.reset(sock)
        self._pending.clear()

    def close(self) -> None:
        """Let go of the port."""
        self.shut()
        self.forget()
        self._sock.close()

    def _arrived(self) -> None:
        while True:
            try:
                sock, peer = self._sock.accept()
            except OSError:  # none left, or gone before it was looked at
                return
            sock.setblocking(False)
            self.take_turn(Syn(self, sock, peer, SYN_RETRIES))

    def keep(self, sock: socket.socket, peer: Peer, waits: tuple[int, ...]) -> None:
        """Try again after the first of `waits` seconds, and so on."""
        timer = self._loop.call_later(waits[0], self._again, sock, peer, waits[1:])
        self._pending[sock] = timer

    def _again(self, sock: socket.socket, peer: Peer, waits: tuple[int, ...]) -> None:
        del self._pending[sock]
        syn = Syn(self, sock, peer, waits)
        if syn.gave_up():
            return
        if waits:
            self.take_turn(syn)
        else:
            self.discard(sock)


def _free_port() -> int:
    # The kernel takes back a port that it chose itself as soon as the socket stops listening.
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return sock.getsockname()[1]

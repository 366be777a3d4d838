"""SYNs: the order in which they reach the board, what it drops, and when a client tries again.

The kernel has let the client of a dropped SYN in, so it believes itself connected meanwhile.
"""

import asyncio
import socket
from collections import deque
from typing import Protocol

from . import loopback
from .sockets import Socket
from .types import Peer

MAX_PCBS = 5  # MEMP_NUM_TCP_PCB
HANDSHAKE = 0.05  # s
# A client's SYN comes again after 1, 3 and 7 s; after 15 s it gives up here.
SYN_RETRIES = (1, 2, 4, 8)


class Net(Protocol):
    """What has to be known of the board to decide about a SYN; network.py knows it."""

    link_up: bool

    @property
    def active_pcbs(self) -> int:
        """How many connections count towards MAX_PCBS."""

    @property
    def unaccepted(self) -> bool:
        """Whether a connection waits for the firmware to accept it."""

    def listener(self, port: int) -> Socket | None:
        """The socket that listens on a port of the board."""

    def establish(self, sock: socket.socket, peer: Peer, listener: Socket) -> None:
        """Make a connection of it."""

    def hang_up(self, sock: socket.socket) -> None:
        """Send an RST."""


class Syn:
    """One SYN on its way to `port` of the board, with the seconds to wait after each drop."""

    def __init__(self, port: int, sock: socket.socket, peer: Peer) -> None:
        self.port, self.sock, self.peer = port, sock, peer
        self.waits = list(SYN_RETRIES)
        self.sent = 0.0

    def gave_up(self) -> bool:
        """Whether its client has left, so that nobody sends it again; it is over then."""
        left = loopback.left(self.sock)
        if left:
            self.sock.close()
        return left


class Syns:
    """All SYNs that the board has not yet decided about. `dropped` counts the drops, for tests."""

    def __init__(self, loop: asyncio.AbstractEventLoop, net: Net) -> None:
        self._loop, self._net = loop, net
        self.dropped = 0
        self._queue: deque[Syn] = deque()
        self._turn: asyncio.TimerHandle | None = None
        self._last = 0.0  # when the board got one
        self._retries: dict[Syn, asyncio.TimerHandle] = {}

    def send(self, syn: Syn) -> None:
        """The client sends it, for the first time or again."""
        syn.sent = self._loop.time()
        self._queue.append(syn)
        if not self._turn:
            self._next()

    def _next(self) -> None:
        """Let the SYNs arrive one after the other, as those of clients that wait a round trip for
        each connection: the firmware has time to accept the one before, unless it takes HANDSHAKE
        or longer.

        A client that has left after HANDSHAKE gave up before anybody answered it.
        """
        self._turn = None
        while self._queue:
            now = self._loop.time()
            syn = self._queue[0]
            gave_up = now - syn.sent > HANDSHAKE and syn.gave_up()
            if not gave_up and self._net.unaccepted and now - self._last < HANDSHAKE:
                self._turn = self._loop.call_later(0.001, self._next)
                return
            self._queue.popleft()
            if not gave_up:
                self._last = now
                self.arrive(syn)

    def arrive(self, syn: Syn) -> None:
        """tcp_listen_input(): the board drops it, refuses it, or makes a connection of it."""
        listener = self._net.listener(syn.port)
        if not self._net.link_up or (listener and self._net.active_pcbs >= MAX_PCBS):
            self._drop(syn)
        elif not listener:
            loopback.reset(syn.sock)
        else:
            self._net.establish(syn.sock, syn.peer, listener)

    def _drop(self, syn: Syn) -> None:
        self.dropped += 1
        self._retries[syn] = self._loop.call_later(syn.waits.pop(0), self._retry, syn)

    def _retry(self, syn: Syn) -> None:
        del self._retries[syn]
        if syn.gave_up():
            return
        if syn.waits:
            self.send(syn)
        else:
            self._net.hang_up(syn.sock)

    def stop(self) -> None:
        """None arrives from now on; reset the clients whose SYN was dropped."""
        if self._turn:
            self._turn.cancel()
        for syn, timer in self._retries.items():
            timer.cancel()
            loopback.reset(syn.sock)
        self._retries.clear()

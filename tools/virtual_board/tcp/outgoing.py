"""A connection of the board's own, from its first SYN until it is there or has failed."""

import asyncio
import errno
import socket
from collections.abc import Callable

from .hosts import HERE
from .listener import limit
from .types import Net, PortUser

SYNS = 7  # the first one and TCP_SYNMAXRTX more


class Outgoing:
    """A PCB in SYN_SENT, which counts as active.

    `connected(sock)` gets the loopback socket of the connection, `failed(errno)` why there
    is none. Nothing tells the chip that WiFi has gone: its SYNs are lost then.
    """

    def __init__(
        self,
        net: Net,
        user: PortUser,
        peer: tuple[str, int],
        connected: Callable[[socket.socket], None],
        failed: Callable[[int], None],
    ) -> None:
        self._net, self.port, self.reuse, self.peer = net, user.port, user.reuse, peer
        self._connected, self._failed = connected, failed
        self._syns = SYNS
        self._sock: socket.socket | None = None
        self._answer: asyncio.TimerHandle | None = None
        self._timer: asyncio.Handle = net.loop.call_soon(self._send)
        net.pcbs.append(self)

    def _send(self) -> None:
        """Send a SYN, for the first time or again; tcp_slowtmr() gives up with ERR_ABRT."""
        if not self._syns:
            return self._fail(errno.ECONNABORTED)
        self._syns -= 1
        self._timer = self._net.loop.call_later(self._net.syn_interval, self._send)
        hosts = self._net.hosts
        if not (self._answer or self._sock) and self._net.station_up:
            if hosts.answers(self.peer[0]):
                self._answer = self._net.loop.call_later(hosts.round_trip, self._answered)

    def _answered(self) -> None:
        """A SYN-ACK or an RST comes, unless the link went meanwhile."""
        self._answer = None
        port = self._net.hosts.loopback_port(*self.peer)
        if not self._net.station_up:
            return
        if port is None:
            return self._fail(errno.ECONNRESET)  # ERR_RST in tcp_process(), never "refused"
        self._sock = socket.socket()
        limit(self._sock)
        self._sock.setblocking(False)
        self._sock.connect_ex((HERE, port))
        self._net.loop.add_writer(self._sock, self._looked)

    def _looked(self) -> None:
        """The kernel has connected, or knows that it cannot."""
        assert self._sock
        self._net.loop.remove_writer(self._sock)
        if self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return self._fail(errno.ECONNRESET)
        sock, self._sock = self._sock, None
        self.close()
        self._connected(sock)

    def _fail(self, number: int) -> None:
        self.close()
        self._failed(number)

    def close(self) -> None:
        """tcp_close() in SYN_SENT: the PCB is free at once, and nothing is sent."""
        self._net.pcbs.remove(self)
        self._timer.cancel()
        if self._answer:
            self._answer.cancel()
        if self._sock:
            self._net.loop.remove_writer(self._sock)
            self._sock.close()

    def forget(self) -> None:
        """The power is gone: the same, as nobody has heard of it."""
        self.close()

    def settle(self) -> None:
        """Nothing waits to be read, as for a connection (pcb.py)."""

    def link_changed(self) -> None:
        """The next SYN finds out."""

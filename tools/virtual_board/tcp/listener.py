"""The port of this PC that stands for one port of the board."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable

from .types import Peer

_BACKLOG = 128  # the kernel's; how many really fit, network.py and sockets.py decide
_RECEIVE_BUFFER = 4096  # twice the chip's window, so that a burst that fits it comes unsplit
_SEGMENT = 536 + 12  # announced MSS: Linux takes 12 bytes of it for timestamps


def limit(sock: socket.socket) -> None:
    """Give a socket the buffer and the segments of the chip, before it connects or listens."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)


class Port:
    """One listening port. `came(sock, peer)` gets each connection that the kernel has let in.

    It is taken for good when made, but refuses connections until listen().
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        at: tuple[str, int],
        came: Callable[[socket.socket, Peer], None],
    ) -> None:
        self._loop, self._came = loop, came
        self._host, number = at
        self.number = number or _free_port(self._host)
        self._listening = False
        self._sock = socket.socket()
        try:
            self._claim()
        except OSError as e:
            self._sock.close()
            why = "in use" if e.errno == errno.EADDRINUSE else os.strerror(e.errno or 0)
            raise OSError(e.errno, f"port {self.number} on {self._host}: {why}") from None

    def _claim(self) -> None:
        self._sock.setblocking(False)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        limit(self._sock)
        self._sock.bind((self._host, self.number))
        # Only a socket that has listened keeps others with SO_REUSEADDR off its port.
        self.listen()
        self.shut()

    def listen(self) -> None:
        """Let connections in."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Each time: Linux forgets it when the socket stops listening.
        limit(self._sock)
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

    def close(self) -> None:
        """Let go of the port."""
        self.shut()
        self._sock.close()

    def _arrived(self) -> None:
        while True:
            try:
                sock, peer = self._sock.accept()
            except OSError:  # none left, or gone before it was looked at
                return
            sock.setblocking(False)
            self._came(sock, peer)


def _free_port(host: str) -> int:
    # The kernel takes back a port that it chose itself as soon as the socket stops listening.
    with socket.socket() as sock:
        sock.bind((host, 0))
        return sock.getsockname()[1]

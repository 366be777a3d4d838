"""Connections of a board that has lost its power or was reset: network.py says why they stay."""

import asyncio
import socket

from . import loopback

_LOOK = 0.5  # s between two checks whether the clients have left


class Silence:
    """Sockets that are open, say nothing and read nothing, until their clients leave."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._socks: list[socket.socket] = []
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._socks)

    def add(self, sock: socket.socket) -> None:
        """Keep it."""
        self._socks.append(sock)
        if not self._timer:
            self._timer = self._loop.call_later(_LOOK, self._look)

    def _look(self) -> None:
        kept = []
        for sock in self._socks:
            if loopback.left(sock):
                sock.close()
            else:
                kept.append(sock)
        self._socks = kept
        self._timer = self._loop.call_later(_LOOK, self._look) if kept else None

    def end(self) -> None:
        """Close them all."""
        if self._timer:
            self._timer.cancel()
        for sock in self._socks:
            loopback.reset(sock)
        self._socks.clear()

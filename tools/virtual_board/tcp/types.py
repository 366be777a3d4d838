"""The types that connect these modules, so that pcb.py need not know network.py."""

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol

Peer = tuple[str, int]  # a client's address and port


class PortUser(Protocol):
    """What bind() looks at: a socket, or a connection."""

    port: int
    reuse: bool


class Net(Protocol):
    """What a connection needs of the network that it belongs to.

    `pcbs` are the active connections; `guard()` makes the guard of a new one.
    """

    loop: asyncio.AbstractEventLoop
    link_up: bool
    pcbs: list
    aborted: int
    guard: Callable[[], Callable[[bytes], bytes]]

    def hang_up(self, sock: socket.socket) -> None:
        """Send an RST, as soon as the link lets it out."""

    def time_wait(self, user: PortUser) -> None:
        """The connection is over but keeps its port from those without SO_REUSEADDR."""

"""The types that connect these modules, so that pcb.py need not know network.py."""

import asyncio
import socket
from typing import Protocol

from .hosts import Hosts

Peer = tuple[str, int]  # a client's address and port


class PortUser(Protocol):
    """What bind() looks at: a socket, or a connection."""

    port: int
    reuse: bool


class Net(Protocol):
    """What a connection needs of the network that it belongs to.

    `pcbs` are the active connections.
    """

    loop: asyncio.AbstractEventLoop
    hosts: Hosts
    link_up: bool
    station_up: bool
    syn_interval: float
    pcbs: list
    aborted: int

    def hang_up(self, sock: socket.socket) -> None:
        """Send an RST, as soon as the link lets it out."""

    def leave(self, sock: socket.socket) -> None:
        """Forget a connection whose peer hears nothing any more."""

    def time_wait(self, user: PortUser) -> None:
        """The connection is over but keeps its port from those without SO_REUSEADDR."""

"""Clients that send GET /led as curl does, in a way that a server cannot influence."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from tools.bench.server import Server

# Without the port: a board's is 80, which curl leaves out.
REQUEST = (
    b"GET /led HTTP/1.1\r\nHost: 192.168.4.16\r\nUser-Agent: curl/8.14.1\r\nAccept: */*\r\n\r\n"
)
_PATIENCE = 2  # s; a server that takes longer blocks


class Blocks(Exception):
    """The server does not answer while others are silent."""


def read(client: socket.socket, data: bytes = b"") -> None:
    """Read the rest of the response, after `data`, up to the end of its JSON."""
    while not data.endswith(b"}"):
        chunk = client.recv(4096)
        if not chunk:
            break
        data += chunk
    if not data.endswith(b'\r\n\r\n{"on": true}'):
        raise AssertionError(f"no answer to GET /led: {data!r}")


def get(server: Server) -> None:
    """One request, its three parts apart, as a network has them: each arrives at a server that
    has dealt with the one before.
    """
    with _at_rest(server):
        client = server.connect()
    with _at_rest(server):
        client.sendall(REQUEST)
    read(client)
    with _at_rest(server):
        client.close()


def crowd(server: Server, clients: int) -> None:
    """Send requests of several `clients` at one moment. Raises Blocks if they are not answered."""
    with contextlib.ExitStack() as stack:
        with _at_rest(server):
            asking = [stack.enter_context(server.connect()) for _ in range(clients)]
            for client in asking:
                client.sendall(REQUEST)
        for client in asking:
            client.settimeout(_PATIENCE)
            try:
                read(client)
            except TimeoutError:
                raise Blocks from None
        with _at_rest(server):
            stack.close()


@contextlib.contextmanager
def silent(server: Server, clients: int) -> Iterator[None]:
    """Keep that many `clients` connected and silent."""
    with contextlib.ExitStack() as stack:
        for _ in range(clients):
            with _at_rest(server):
                stack.enter_context(server.connect())
        yield
        with _at_rest(server):
            stack.close()


@contextlib.contextmanager
def _at_rest(server: Server) -> Iterator[None]:
    # What happens inside becomes visible to the server at once, and is over when it has done all.
    server.pause()
    yield
    server.resume()

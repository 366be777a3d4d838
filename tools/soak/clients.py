"""Clients of the switch, of every kind that a house has. Each function is one visit.

Only `owner` switches the light; afterwards it must find what the switch answered.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse

from tools.soak.tally import CLOSED, FAILED, Answer, Tally

_PATIENCE = 30.0  # s
_POLLS = 20
_HEAD = b"%s %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n%s\r\n"


class Site:
    """The switch at `address`; `tally` counts its answers."""

    def __init__(self, address: tuple[str, int], tally: Tally) -> None:
        self._address, self.tally = address, tally

    def connect(self) -> socket.socket:
        """Open a connection, and send nothing."""
        return socket.create_connection(self._address, _PATIENCE)

    def ask(self, kind: str, path: bytes, on: bool | None = None) -> bytes:
        """Send GET, or PUT if `on` is given; return the body of the answer, or b""."""
        body = b"" if on is None else json.dumps({"on": on}).encode()
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        request = _HEAD % (b"PUT" if body else b"GET", path, length) + body
        return self.tally.attempt(kind, (200,), lambda: self.talk(request))

    def talk(self, *pieces: bytes, pause: float = 0, more: bool = True) -> Answer:
        """Send piece by piece; return the answer. Without `more`, close our side after that."""
        with self.connect() as sock:
            for piece in pieces:
                sock.sendall(piece)
                time.sleep(pause)
            if not more:
                sock.shutdown(socket.SHUT_WR)
            with HTTPResponse(sock) as response:
                response.begin()
                return response.status, response.read()

    def leave(self, said: bytes, rudely: bool) -> Answer:
        """Send something and disconnect, by an RST if `rude`."""
        with self.connect() as sock:
            sock.sendall(said)
            if rudely:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return CLOSED, b""


def browser(site: Site) -> None:
    """Load the page and its files at once, with one more, silent connection; then poll."""
    page = site.ask("browser", b"/")
    assets = re.findall(rb"(?:href|src)=(/?[^ >:]+\.(?:css|js)[^ >]*)", page)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            stack.enter_context(site.connect())
        pool = stack.enter_context(ThreadPoolExecutor(2))
        list(pool.map(lambda path: site.ask("browser", b"/" + path.lstrip(b"/")), assets))
    for _ in range(_POLLS):
        site.ask("browser", b"/led")


def owner(site: Site) -> None:
    """Switch the light and check it."""
    for on in (True, False):
        told = site.ask("owner", b"/led", on)
        found = site.ask("owner", b"/led")
        if told and (json.loads(told)["on"] != on or found not in (told, b"")):
            site.tally.note("owner", FAILED, f"wanted {on}, was told {told!r}, found {found!r}")


def slow(site: Site) -> None:
    """Send a request in small pieces."""
    request = _HEAD % (b"GET", b"/led", b"")
    pieces = [request[i : i + 6] for i in range(0, len(request), 6)]
    site.tally.attempt("slow", (200,), lambda: site.talk(*pieces, pause=0.02))


def late(site: Site) -> None:
    """Send half a request, and never the rest."""
    site.tally.attempt("late", (408,), lambda: site.talk(b"PUT /led HTTP/1.1\r\nHost: loc"))


_BODY = _HEAD % (b"PUT", b"/led", b"Content-Length: 12\r\n")
_RUDE: list[tuple[tuple[int, ...], Callable[[Site], Answer]]] = [
    ((400,), lambda site: site.talk(bytes(range(256)) * 2)),
    ((413,), lambda site: site.talk(_BODY.replace(b"12", b"1000000000") + b"{")),
    ((414,), lambda site: site.talk(b"GET /" + b"a" * 1600)),
    ((CLOSED,), lambda site: site.talk(b"GET /led HT", more=False)),
    ((CLOSED,), lambda site: site.leave(b"", rudely=False)),
    ((CLOSED,), lambda site: site.leave(_HEAD % (b"GET", b"/led", b""), rudely=True)),
    ((CLOSED,), lambda site: site.leave(_BODY + b'{"on": ', rudely=True)),
]


def broken(site: Site) -> None:
    """Do what no client should do."""
    for expected, action in _RUDE:
        site.tally.attempt("broken", expected, lambda action=action: action(site))


_TROUBLE = itertools.cycle((slow, broken, slow, broken, slow, broken, late))


def trouble(site: Site) -> None:
    """Be slow, broken or late, in turn."""
    next(_TROUBLE)(site)


VISITS = (browser, owner, trouble)

"""Measure the time from a client's connect() to the first byte of its response."""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from pathlib import Path

from tools.bench import client
from tools.bench.server import SERVERS, Server

_ROUNDS = (
    10  # in which the servers take turns, so that other work of the PC slows down all of them
)


def first_byte(server: Server) -> float:
    """Measure the seconds to the first byte of one request."""
    start = time.perf_counter()
    with server.connect() as sock:
        sock.sendall(client.REQUEST)
        head = sock.recv(1)
        taken = time.perf_counter() - start
        client.read(sock, head)
    return taken


def measure(tree: Path, clients: int, requests: int = 1000) -> dict[str, tuple[float, float]]:
    """Measure median and 99th percentile of each of SERVERS, with `clients` at a time."""
    times: dict[str, list[float]] = {name: [] for name in SERVERS}
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(Server(tree, name, "time")) for name in SERVERS}
        for _ in range(_ROUNDS):
            for name, server in servers.items():
                _round(server, clients, requests // _ROUNDS, times[name])
    return {name: (statistics.median(all_), _percentile(all_)) for name, all_ in times.items()}


def _round(server: Server, clients: int, requests: int, times: list[float]) -> None:
    def ask() -> None:
        for _ in range(requests // clients):
            times.append(first_byte(server))

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _percentile(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]

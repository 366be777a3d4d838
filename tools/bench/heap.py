"""Bytes of the heap: what a request allocates, and what the server keeps."""

from __future__ import annotations

from pathlib import Path

from tools.bench import client
from tools.bench.server import Server


def allocated(tree: Path, name: str, few: int = 100, many: int = 300) -> float:
    """Bytes that one request leaves to the collector, which is switched off meanwhile."""
    used = []
    for times in (few, many):
        with Server(tree, name, "bytes") as server:
            for _ in range(times):
                client.get(server)
            used.append(server.stop()[0])
    return (used[1] - used[0]) / (many - few)


def kept(tree: Path, name: str) -> int:
    """Bytes that stay in use after the first request, of what import and serving took."""
    with Server(tree, name, "time") as server:
        client.get(server)
        return server.stop()[1]

"""Measure the bytes of heap that a request allocates, and those that the server keeps."""

from __future__ import annotations

from pathlib import Path

from tools.bench import client
from tools.bench.server import Server


def allocated(tree: Path, name: str, few: int = 100, many: int = 300) -> float:
    """Measure the bytes that one request allocates, with the collector switched off."""
    used = []
    for times in (few, many):
        with Server(tree, name, "bytes") as server:
            for _ in range(times):
                client.get(server)
            used.append(server.stop()[0])
    return (used[1] - used[0]) / (many - few)


def kept(tree: Path, name: str) -> int:
    """Measure the bytes of import and serving that stay in use after the first request."""
    with Server(tree, name, "time") as server:
        client.get(server)
        return server.stop()[1]

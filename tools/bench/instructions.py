"""Count instructions for a request, as it may arrive, and beside others that ask or are silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tools.bench import client
from tools.bench.callgrind import Counted

CROWD = 5  # connections: what the chip has
_MUCH = 300_000  # instructions

Act = Callable[[int], None]


@dataclass
class Counts:
    """Instructions for a request. None if it is not answered in time."""

    apart: float = 0
    at_once: float = 0
    asking: list[float | None] = field(default_factory=list)  # by 1 to CROWD clients that ask
    silent: list[float | None] = field(default_factory=list)  # by 0 to CROWD - 1 that do not


def count(tree: Path, name: str, whole: bool, few: int = 100, many: int = 300) -> Counts:
    """Count for one of server.SERVERS: `apart` or, with fewer requests for the crowds, all."""
    counts = Counts()
    with Counted(tree, name) as counted:
        server = counted.server

        def apart(times: int) -> None:
            for _ in range(times):
                client.get(server)

        def asking(clients: int) -> Act:
            def ask(times: int) -> None:
                for _ in range(times):
                    client.crowd(server, clients)

            return ask

        def beside(clients: int) -> Act:
            def ask(times: int) -> None:
                with client.silent(server, clients):
                    for _ in range(times):
                        client.crowd(server, 1)

            return ask

        def tried(act: Act, requests: int) -> float | None:
            try:
                return counted.each(act, few // fewer, many // fewer) / requests
            except client.Blocks:
                return None

        apart(3)  # what happens only once has happened then
        counts.apart = counted.each(apart, few, many)
        # A server that needs much memory collects at every request: fewer do for an average.
        fewer = 20 if counts.apart > _MUCH else 2
        if whole:
            counts.at_once = counted.each(asking(1), few, many)
            for n in range(1, CROWD + 1):
                counts.asking.append(tried(asking(n), n))
            # Not beside more where it blocks; the documented example has ended then.
            for n in range(CROWD):
                blocked = None in counts.silent
                counts.silent.append(None if blocked else tried(beside(n), 1))
    return counts

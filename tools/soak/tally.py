"""What became of each request: as expected, explained by what else went on, or not."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException

from tools.errors import UserError

EXPECTED = "as expected"
BUSY = "told 503"  # for want of a slot
EVICTED = "evicted"  # likewise, but no answer arrived
RESTARTING = "restarting"
AGAIN = "tried again"  # a tool gave up waiting for a busy board, as it may on a busy PC
FAILED = "unexplained"
OUTCOMES = (EXPECTED, BUSY, EVICTED, RESTARTING, AGAIN, FAILED)
SILENT = -1  # instead of a status: nothing came until the client gave up
CLOSED = 0  # instead of a status: the connection ended without an answer

Answer = tuple[int, bytes]


class Tally:
    """Counts by (kind of client, outcome).

    `crowded` and `restarted` are when the board last had more clients than places, and when it was
    last not there: a request that lived then may fail. `left` is how many requests are to come.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.counts: Counter[tuple[str, str]] = Counter()
        self.failures: list[str] = []
        self.crowded = self.restarted = 0.0
        self.left = 0

    @property
    def requests(self) -> int:
        """The number of requests, whatever became of them."""
        return sum(self.counts.values())

    def attempt(self, kind: str, expected: tuple[int, ...], action: Callable[[], Answer]) -> bytes:
        """Make one request; return the body if its status is expected, else b""."""
        start = time.monotonic()
        why, body = "", b""
        try:
            status, body = action()
        except TimeoutError as e:
            status, why = SILENT, repr(e)
        except (OSError, HTTPException, UserError) as e:
            status, why = CLOSED, repr(e)
        outcome = self._outcome(status, expected, start)
        self.note(kind, outcome, f"{status} {why or body!r}, expected {expected}")
        return body if outcome == EXPECTED else b""

    def _outcome(self, status: int, expected: tuple[int, ...], start: float) -> str:
        if status in expected:
            return EXPECTED
        # A reset closes no connection. Nothing else explains why a client should wait so long.
        if status in (CLOSED, 503, SILENT) and self.restarted >= start:
            return RESTARTING
        if status in (CLOSED, 503) and self.crowded >= start:
            return BUSY if status else EVICTED
        return FAILED

    def note(self, kind: str, outcome: str, what: str = "") -> None:
        """Count one; keep `what` if it is a failure."""
        with self._lock:
            self.left -= 1
            self.counts[kind, outcome] += 1
            if outcome == FAILED:
                self.failures.append(f"{kind}: {what}")

    def table(self) -> list[str]:
        """The counts, a line for each kind."""
        kinds = sorted({kind for kind, _ in self.counts})
        rows = [(kind, [self.counts[kind, outcome] for outcome in OUTCOMES]) for kind in kinds]
        rows.append(("all", [sum(column) for column in zip(*(row for _, row in rows))]))
        lines = ["client        requests" + "".join(f"{name:>13}" for name in OUTCOMES)]
        for kind, row in rows:
            lines.append(f"{kind:<14}{sum(row):>8}" + "".join(f"{n:>13}" for n in row))
        return lines

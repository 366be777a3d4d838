"""Who deploys to a board, so that the second of two deploys at once can be refused."""

from __future__ import annotations

import os
import socket

_LONGEST = 60_000  # ms that a deploy may take; whether one on another PC has died cannot be seen


def me() -> str:
    """Name this process for others."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_deploying(who: str, ms: int) -> bool:
    """Whether the deploy that another process, `who`, began `ms` ago may still be going on."""
    host, _, number = who.rpartition(":")
    if who == me() or ms > _LONGEST or ms < 0:
        return False
    return host != socket.gethostname() or _lives(int(number))


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True

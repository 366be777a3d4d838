"""Who deploys to a board: so that of two deploys at once the second can be refused."""

from __future__ import annotations

import os
import socket

_LONGEST = 60_000  # ms that a deploy may take; on another PC nobody can see whether it has died


def me() -> str:
    """This process, as others know it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_deploying(who: str, ms: int) -> bool:
    """Whether the deploy that `who` began `ms` ago, another process, may still be going on."""
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

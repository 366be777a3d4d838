"""The one error that every tool shows its user, and the wrapper that prints it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from typing import NoReturn

_FULL = (errno.ENOSPC, errno.EDQUOT)
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)


class UserError(Exception):
    """An error that a user can cause and correct, as opposed to a fault in the tool.

    Its text is one line, "what is wrong; what to do next", even if a cause has line breaks.
    """

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(" ".join(f"{what}; {cure}".split()))


def main(tool: Callable[[], int | None]) -> NoReturn:
    """Run `tool` as a program: exit with its status (None is 0).

    A UserError becomes one line on stderr, "error: what is wrong; what to do next", and
    status 1. So do output that nobody reads, a full disk, and a file or folder that the user may
    not read or write. Any other exception is a fault of ours and keeps its traceback.
    """
    try:
        status = tool()
        sys.stdout.flush()
    except UserError as error:
        status = fail(error)
    except KeyboardInterrupt:
        status = fail(UserError("interrupted", "run the same command again to start over"))
    except OSError as error:
        known = _explained(error)
        if not known:
            raise
        status = fail(known)
    sys.exit(status)


def fail(error: UserError) -> int:
    """Print `error` as one line on stderr, and return the exit status for it."""
    _flush_output()
    print(f"error: {error}", file=sys.stderr)
    return 1


def _explained(error: OSError) -> UserError | None:
    """Turn `error` into a UserError; None if the user can do nothing about it."""
    again = "then run the same command again"
    why = error.strerror
    if error.errno == errno.EPIPE:
        return UserError(f"cannot write the output ({why})", "let what reads it read all of it")
    if error.errno in _FULL:
        where = error.filename or "the output or a file"
        return UserError(f"cannot write {where} ({why})", f"make room there, {again}")
    if error.errno in _DENIED and error.filename:
        cure = f"allow yourself to read and write it, or copy the project elsewhere, {again}"
        return UserError(f"no access to {error.filename} ({why})", cure)
    return None


def _flush_output() -> None:
    """Print what is left, or drop it if nobody reads it: Python would complain when it exits."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)

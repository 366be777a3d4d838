"""The one error that every tool shows its user, and the wrapper that prints it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn


class UserError(Exception):
    """Something that a user can cause and cure, as opposed to a fault in the tool.

    Its text is one line, "what is wrong; what to do next", whatever line breaks the causes
    put into it.
    """

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(" ".join(f"{what}; {cure}".split()))


def main(tool: Callable[[], int | None]) -> NoReturn:
    """Run `tool` as a program: exit with its status (None is 0).

    A UserError becomes one line on stderr, "error: what is wrong; what to do next", and
    status 1. Any other exception is a fault of ours and keeps its traceback.
    """
    try:
        status = tool()
    except UserError as error:
        status = fail(error)
    except KeyboardInterrupt:
        status = fail(UserError("interrupted", "run the same command again to start over"))
    sys.exit(status)


def fail(error: UserError) -> int:
    """Print `error` as its line on stderr; the exit status that goes with it."""
    sys.stdout.flush()
    print(f"error: {error}", file=sys.stderr)
    return 1

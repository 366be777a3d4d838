"""Explain in one line what went wrong between PC and board."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

from mpremote.transport import TransportError, TransportExecError

from tools import ports
from tools.errors import UserError


@contextlib.contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what the transport raises inside into a UserError."""
    try:
        yield
    except TransportExecError as e:
        last = (e.error_output.strip().splitlines() or ["nothing"])[-1]
        # 36 is what LittleFS says where there is no room for a new file's name.
        if "ENOSPC" in last or last in ("OSError: 28", "OSError: 36"):
            raise UserError(
                f"{where}: the board's flash is full",
                "remove files of your own: `make repl`, then os.remove()",
            ) from e
        raise UserError(f"{where}: the board says {last}", "reset it and try again") from e
    except (TransportError, struct.error) as e:
        raise UserError(
            f"{where}: the board stopped in the middle ({e})",
            "if it was not reset, reset it; then run the same command again",
        ) from e
    except ports.LOST as e:
        raise UserError(
            f"{where}: the connection was lost ({e})",
            "check cable, power and WiFi, then run the same command again: nothing is half done",
        ) from e

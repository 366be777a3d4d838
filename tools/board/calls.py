"""Call our functions on a board, and read their answers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

_WORK = 20.0  # s of silence while it works: worn flash is slow, and LittleFS cleans up at times


def lines(board: SerialTransport, function: Callable, *calls: tuple) -> list[str]:
    """Call a function of ours on the board, with each of these arguments, or once without any.

    Returns the lines that it printed. The board must be in its raw REPL. mpremote's TransportError
    if the function raises.
    """
    name = function.__name__
    called = [f" {name}({', '.join(map(repr, arguments))})\n" for arguments in calls or [()]]
    # Compiling two programs takes less of the board's heap; and the names are removed in any case.
    _execute(board, inspect.getsource(function))
    output = _execute(board, f"try:\n{''.join(called)}finally:\n del {name}")
    return output.decode(errors="replace").strip().splitlines()


def _execute(board: SerialTransport, program: str) -> bytes:
    output, trace = board.exec_raw(program, timeout=_WORK)
    if trace:
        raise TransportExecError(output, trace.decode())
    return output


def run(board: SerialTransport, function: Callable, *arguments: object) -> object:
    """Call lines() once; return the value of its last line, which is JSON, or None."""
    printed = lines(board, function, arguments)
    try:
        return json.loads(printed[-1]) if printed else None
    except ValueError as e:
        raise TransportError(f"no JSON: {e}") from e

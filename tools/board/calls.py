"""Call functions of ours on a board, and take their answers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

_WORK = 20.0  # s of silence while it works: worn flash is slow, and LittleFS tidies up at times


def lines(board: SerialTransport, function: Callable, *calls: tuple) -> list[str]:
    """Call a function of ours that is written for the board, with each of these arguments, or once
    with none; the lines that it printed.

    The board must be in its raw REPL. mpremote's TransportError where the function raises.
    """
    name = function.__name__
    called = [f" {name}({', '.join(map(repr, arguments))})\n" for arguments in calls or [()]]
    # Two programs take less of the board's heap to compile; and whatever comes, nothing is left.
    _execute(board, inspect.getsource(function))
    output = _execute(board, f"try:\n{''.join(called)}finally:\n del {name}")
    return output.decode(errors="replace").strip().splitlines()


def _execute(board: SerialTransport, program: str) -> bytes:
    output, trace = board.exec_raw(program, timeout=_WORK)
    if trace:
        raise TransportExecError(output, trace.decode())
    return output


def run(board: SerialTransport, function: Callable, *arguments: object) -> object:
    """One call of lines(), of which the last is JSON: that value; None where none was printed."""
    printed = lines(board, function, arguments)
    try:
        return json.loads(printed[-1]) if printed else None
    except ValueError as e:
        raise TransportError(f"no JSON: {e}") from e

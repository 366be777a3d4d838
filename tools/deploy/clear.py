"""Make room for a deploy: what an earlier one left in /.deploy goes, whatever that is."""

from __future__ import annotations

from mpremote.transport import TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.board import calls
from tools.deploy import on_board, on_board_survey
from tools.deploy.plan import FOLDER


def clear(board: SerialTransport, readable: bool) -> int:
    """Clear /.deploy of all but the manifest, and of that too unless it is `readable`; the bytes
    of flash that are free then.
    """
    try:
        if readable:
            return calls.run(board, on_board.prepare)
    except TransportExecError:
        pass  # there is a folder, or /.deploy itself is a file
    for path in _rubbish(board, readable):
        calls.run(board, on_board.remove, path)
    return calls.run(board, on_board.prepare)


def _rubbish(board: SerialTransport, readable: bool) -> list[str]:
    try:
        names = calls.lines(board, on_board_survey.names)
    except TransportExecError:
        return [FOLDER]
    return [f"{FOLDER}/{x}" for x in names if x != "manifest" or not readable]

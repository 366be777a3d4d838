"""Restart a board, and connect to it afterwards, but not before it has restarted."""

from __future__ import annotations

import contextlib
import inspect
import time

from mpremote.transport_serial import SerialTransport

from tools import ports
from tools.board import connection, on_board, session
from tools.board.webrepl import Busy, Unreachable
from tools.errors import UserError

# A name that Python has on the board from the request to restart until the restart.
RESTARTING = "restart"
_PAUSE = 0.1  # s before each attempt
_BOOT = 30.0  # s that a board may take from a reset to its prompt


def soft_reset(board: SerialTransport) -> None:
    """Restart Python, main.py included, from the raw REPL. WiFi stays connected, a WebREPL
    session does not.
    """
    board.exec(f"{RESTARTING} = None")
    board.exit_raw_repl()
    board.serial.write(b"\x04")
    with contextlib.suppress(*ports.LOST):
        board.read_until(1, b"soft reboot\r\n", timeout_overall=session.ANSWER)


def hard_reset(board: SerialTransport) -> None:
    """Reset the chip, from the raw REPL; the transport is of no use afterwards."""
    source = inspect.getsource(on_board.restart)
    board.exec_raw_no_follow(f"{source}\nrestart()")
    board.in_raw_repl = False


def _wait_for_prompt(board: SerialTransport, timeout: float) -> None:
    """Type Enter, and wait until boot.py and main.py are over and the prompt answers it.

    UserError if that takes too long. Entering the raw REPL would interrupt boot.py by Ctrl-C.
    """
    board.serial.write(b"\r")
    seen = board.read_until(1, session.PROMPT, timeout_overall=timeout)
    if not seen.endswith(session.PROMPT):
        raise UserError(
            f"{board.device_name}: the board does not come back to its prompt",
            "press reset on it; if that does not help, look at it with `make repl`",
        )


def reconnect(host: str | None, port: str | None) -> SerialTransport:
    """Connect to the board after its reset, at the prompt; UserError if it does not come back.

    It may accept a client just before it resets, and then that session ends in silence.
    """
    deadline = time.monotonic() + _BOOT
    while True:
        time.sleep(_PAUSE)
        try:
            board = connection.open_board(host, port)
            try:
                _wait_for_prompt(board, max(1, deadline - time.monotonic()))
                if _has_restarted(board):
                    return board
            except BaseException:
                session.leave(board)
                raise
            session.leave(board)
            if time.monotonic() > deadline:
                raise UserError(
                    f"{board.device_name}: the board does not restart", "press reset on it"
                )
        except (Unreachable, Busy, *ports.LOST):
            if time.monotonic() > deadline:
                raise


def _has_restarted(board: SerialTransport) -> bool:
    board.serial.write(f"{RESTARTING!r} in globals()\r".encode())
    answers = (b"\r\nFalse" + session.PROMPT, b"\r\nTrue" + session.PROMPT)
    return board.read_until(1, answers, timeout_overall=session.ANSWER).endswith(answers[0])

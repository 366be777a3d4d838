"""A session in a board's raw REPL: in, and out again, whatever happens in between."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mpremote.transport_serial import SerialTransport

from tools import ports
from tools.board.explain import explained
from tools.errors import UserError

ANSWER = 5.0  # s that one byte may take; mpremote by itself waits for ever at some of them
_IDLE = 0.3  # s in which a prompt answers; what follows where it does not, does no harm
_LISTEN = 0.3  # s; a tool that is at work says something every few ms, unless flash is slow
_BOOT_PY = 10.0  # s that boot.py may take
PROMPT = b"\r\n>>> "
_RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n"


def enter(board: SerialTransport) -> None:
    """The raw REPL, without a soft reset: what runs in the background goes on.

    A board that is booting is waited for, since Ctrl-C would break boot.py off; so is, for as
    long, one where something else is running. UserError where there is no raw REPL.
    """
    board.serial.write(b"\x02")  # for a prompt, also from a raw REPL that was left behind
    if not _comes(board, (PROMPT,), _IDLE):
        # To so many bytes a raw paste that was broken off answers with a mark.
        board.serial.write(b" " * 128)
        _comes(board, (PROMPT, b"\x01"), _BOOT_PY)
    board.serial.write(b"\r\x03")
    while n := board.serial.inWaiting():
        board.serial.read(n)
    board.serial.write(b"\r\x01")
    if not _comes(board, (_RAW_PROMPT,), ANSWER):
        raise UserError(
            f"{board.device_name}: no raw REPL",
            "press reset on the board and try again; if it has no MicroPython, `make flash`",
        )
    board.in_raw_repl = True


def _comes(board: SerialTransport, endings: tuple[bytes, ...], seconds: float) -> bool:
    """Whether what comes within `seconds` ends in one of these."""
    patience, board.serial.timeout = board.serial.timeout, 0.1
    seen = board.read_until(1, endings, timeout_overall=seconds)
    board.serial.timeout = patience
    return seen.endswith(endings)


def refuse_company(board: SerialTransport) -> None:
    """UserError where another tool is in the board's raw REPL, which has one for all its wires.

    Nothing is typed for that: what a tool does shows on every wire, with Ctrl-D and Ctrl-A marks.
    """
    with explained(board.device_name):
        while n := board.serial.inWaiting():
            board.serial.read(n)  # of what is over
        if _comes(board, (b"\x04", b"R\x01"), _LISTEN):
            with contextlib.suppress(*ports.LOST):
                board.close()
            raise UserError(
                f"{board.device_name}: another tool is at work on this board",
                "wait until that has ended, then run the same command again",
            )


@contextlib.contextmanager
def raw_repl(board: SerialTransport) -> Iterator[SerialTransport]:
    """In here `board` is in its raw REPL; whatever happens, it is left at its prompt, and closed.

    UserError for all that goes wrong between.
    """
    with explained(board.device_name), contextlib.ExitStack() as stack:
        stack.callback(leave, board)
        enter(board)
        yield board


def leave(board: SerialTransport) -> None:
    """Put the prompt back where the board still answers, and close."""
    with contextlib.suppress(*ports.LOST):
        for _ in range(3 if board.in_raw_repl else 0):
            # Ctrl-C for a program that was cut off here; while it only begins, it takes two.
            board.serial.write(b"\x03")
            board.exit_raw_repl()
            if board.read_until(1, PROMPT, timeout_overall=1).endswith(PROMPT):
                break
    with contextlib.suppress(*ports.LOST):
        board.close()

"""Enter a board's raw REPL, and leave it again, whatever happens in between."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mpremote.transport_serial import SerialTransport

from tools import ports
from tools.board.explain import explained
from tools.errors import UserError

ANSWER = 5.0  # s that one byte may take; mpremote itself waits for some of them for ever
_IDLE = 0.3  # s in which a prompt answers; if it does not, what follows does no harm
_LISTEN = 0.3  # s; a working tool sends something every few ms, unless flash is slow
_BOOT_PY = 10.0  # s that boot.py may take
PROMPT = b"\r\n>>> "
_RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n"


def enter(board: SerialTransport) -> None:
    """Enter the raw REPL without a soft reset: what runs in the background goes on.

    This waits for a board that is booting, because Ctrl-C would interrupt boot.py, and as long for
    one on which a program runs. UserError if there is no raw REPL.
    """
    board.serial.write(b"\x02")  # for a prompt, also from a raw REPL that was left behind
    if not _comes(board, (PROMPT,), _IDLE):
        # After so many bytes, a raw paste that was interrupted answers with a mark.
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
    """UserError if another tool is in the board's raw REPL, of which it has only one.

    This types nothing: what a tool does shows on every connection, with Ctrl-D and Ctrl-A marks.
    """
    with explained(board.device_name):
        while n := board.serial.inWaiting():
            board.serial.read(n)  # of a session that is over
        if _comes(board, (b"\x04", b"R\x01"), _LISTEN):
            with contextlib.suppress(*ports.LOST):
                board.close()
            raise UserError(
                f"{board.device_name}: another tool is at work on this board",
                "wait until that has ended, then run the same command again",
            )


@contextlib.contextmanager
def raw_repl(board: SerialTransport) -> Iterator[SerialTransport]:
    """Keep `board` in its raw REPL in this context, and then leave it at its prompt, and close it.

    Whatever goes wrong in the context becomes a UserError.
    """
    with explained(board.device_name), contextlib.ExitStack() as stack:
        stack.callback(leave, board)
        enter(board)
        yield board


def leave(board: SerialTransport) -> None:
    """Put the prompt back if the board still answers, and close."""
    with contextlib.suppress(*ports.LOST):
        for _ in range(3 if board.in_raw_repl else 0):
            # Ctrl-C for a program that was interrupted here; one that is just starting takes two.
            board.serial.write(b"\x03")
            board.exit_raw_repl()
            if board.read_until(1, PROMPT, timeout_overall=1).endswith(PROMPT):
                break
    with contextlib.suppress(*ports.LOST):
        board.close()

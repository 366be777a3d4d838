"""Open a board for PORT or HOST, and turn what goes wrong on the way into one line."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools import ports, settings
from tools.board import running
from tools.board.explain import explained
from tools.board.transport import Transport
from tools.board.webrepl import WebreplTransport
from tools.errors import UserError
from tools.inputs import read_text
from tools.virtual_board import passwords

ROOT = Path(__file__).resolve().parents[2]
ANSWER = 5.0  # s that one byte may take; mpremote by itself waits for ever at some of them
_IDLE = 0.3  # s in which a prompt answers; what follows where it does not, does no harm
_BOOT_PY = 10.0  # s that boot.py may take
_WORK = 20.0  # s of silence while it works: worn flash is slow, and LittleFS tidies up at times
PROMPT = b"\r\n>>> "
_RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n"


def config_file(virtual: bool) -> Path:
    """webrepl_cfg.py; for a virtual board the example will do. UserError where it is missing."""
    path = ROOT / settings.CONFIG
    if path.exists():
        return path
    if virtual:
        return ROOT / settings.EXAMPLE
    raise UserError("webrepl_cfg.py is missing", "make it with `make configure`")


def open_board(host: str | None, port: str | None = None) -> SerialTransport:
    """A transport to HOST over WiFi, or else to the serial PORT. UserError where there is none."""
    if host:
        return WebreplTransport(host, _password(host))
    name = ports.find(port)
    try:
        return Transport(name, timeout=ANSWER)
    except (TransportError, OSError, ValueError) as e:
        raise ports.diagnose(name) from e


def _password(host: str) -> str:
    if (image := running.image(host)) and (password := passwords.of(image)):
        return password
    password = settings.read(read_text(config_file(False))).get("PASS")
    if not isinstance(password, str) or not password:
        raise UserError("PASS is not set in webrepl_cfg.py", "set it with `make configure`")
    return password


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


def lines(board: SerialTransport, function: Callable, *calls: tuple) -> list[str]:
    """Call a function of ours that is written for the board, with each of these arguments, or once
    with none; the lines that it printed.

    The board must be in its raw REPL. mpremote's TransportError where the function raises.
    """
    name = function.__name__
    called = [f" {name}({', '.join(map(repr, arguments))})\n" for arguments in calls or [()]]
    # Afterwards, whatever comes, nothing of it is left on the board's heap.
    program = f"{inspect.getsource(function)}\ntry:\n{''.join(called)}finally:\n del {name}"
    output, trace = board.exec_raw(program, timeout=_WORK)
    if trace:
        raise TransportExecError(output, trace.decode())
    return output.decode(errors="replace").strip().splitlines()


def run(board: SerialTransport, function: Callable, *arguments: object) -> object:
    """One call of lines(), of which the last is JSON: that value; None where none was printed."""
    printed = lines(board, function, arguments)
    try:
        return json.loads(printed[-1]) if printed else None
    except ValueError as e:
        raise TransportError(f"no JSON: {e}") from e


def address(machine: str, ip: str) -> str:
    """URL of the switch on a board with this os.uname().machine, where a virtual one names its
    own.
    """
    virtual = re.search(r"http://\S+", machine)
    return virtual[0] if virtual else f"http://{ip}/"


def host_and_port() -> tuple[str | None, str | None]:
    """HOST and PORT of the environment, None where they are not set."""
    return os.environ.get("HOST") or None, os.environ.get("PORT") or None

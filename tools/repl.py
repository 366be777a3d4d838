"""`make repl`: a prompt on the board. Over the cable it is mpremote's own, over WiFi one like it.

Environment: PORT (serial) or HOST (over WiFi). If the input is not a terminal, it is a program:
the board runs it, and this prints what it prints.
"""

from __future__ import annotations

import codecs
import io
import subprocess
import sys
import time

from mpremote.console import Console
from mpremote.transport_serial import SerialTransport

from tools import inputs, ports
from tools.board import connection, session
from tools.board.webrepl import Busy, Unreachable
from tools.errors import UserError, main

_LEAVE = b"\x1d\x18"  # Ctrl-], Ctrl-X
_CTRL_C = b"\x03"
_TICK = 0.01  # s between two looks at keyboard and board
_BACK = 30.0  # s in which a board must be back after a reset
# Keys sent without an echo so far: the board's input ring takes 255 and drops the rest
# (micropython#16997: pasted text arrives with holes). Twice as many fit if the echo is late.
_UNSEEN = 127
_PATIENCE = 0.3  # s to wait for an echo, which does not come while a program runs


class Left(Exception):
    """The user wants to leave, or the terminal is gone."""


class Terminal:
    """`console` on the WebREPL of `host`; after a reset of the board it connects again."""

    def __init__(self, host: str, console: Console) -> None:
        self._host, self._console = host, console
        self._board = connection.open_board(host)
        self._keys = b""  # to be sent
        self._unseen, self._sent_at = 0, 0.0
        self._board.serial.waits = False

    def run(self) -> None:
        """Run until Ctrl-] or Ctrl-X; UserError if the board does not come back."""
        self._console.write(b">>> ")  # WebREPL sends it at login, whatever the board is doing
        try:
            while True:
                try:
                    self._exchange()
                except ports.LOST:
                    self._board.close()
                    self._console.write(b"\r\n(connection lost; waiting for the board)\r\n")
                    self._reconnect()
                    self._console.write(b"(connected again)\r\n>>> ")
        except Left:
            self._board.close()

    def _exchange(self) -> None:
        """Move what is there, once in each direction; OSError if the board is gone."""
        self._look_at_keys()
        wire = self._board.serial
        if time.monotonic() - self._sent_at > _PATIENCE:
            self._unseen = 0
        if part := self._keys[: max(0, _UNSEEN - self._unseen)]:
            wire.write(part)
            wire.waits = True  # for the echo, or for any output while a program runs
            self._keys = self._keys[len(part) :]
            self._unseen, self._sent_at = self._unseen + len(part), time.monotonic()
        if waiting := wire.inWaiting():
            wire.waits = False
            self._unseen = max(0, self._unseen - waiting)
            self._console.write(wire.read(waiting))
        else:
            time.sleep(_TICK)

    def _look_at_keys(self) -> None:
        while key := self._key():
            if key == _CTRL_C:
                self._keys, self._unseen = b"", 0  # what was pasted before it does not hold it up
            self._keys += key

    def _key(self) -> bytes | None:
        try:
            key = self._console.readchar()
        except OSError:
            raise Left from None
        if key is not None and key in _LEAVE:  # b"", the end of input, is in there as well
            raise Left
        return key

    def _reconnect(self) -> None:
        self._keys, self._unseen = b"", 0
        deadline = time.monotonic() + _BACK
        while True:
            try:
                self._board = connection.open_board(self._host)
                self._board.serial.waits = False
                return
            except (Unreachable, Busy):
                if time.monotonic() > deadline:
                    raise
            self._look_at_keys()
            if _CTRL_C in self._keys:
                raise Left
            time.sleep(_TICK)


def prompt(host: str) -> None:
    """A terminal over WiFi, until the user leaves."""
    console = Console()
    terminal = Terminal(host, console)
    print(f"Connected to MicroPython at {host}", flush=True)
    print("Use Ctrl-] or Ctrl-x to exit this shell", flush=True)
    console.enter()
    try:
        terminal.run()
    finally:
        console.exit()
        print()


def execute(board: SerialTransport, program: bytes) -> int:
    """Run `program` on the board and print what it prints; return 1 if it ends by an exception."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), True)

    def show(data: bytes) -> None:
        sys.stdout.write(decoder.decode(data.replace(b"\x04", b"")))  # Ctrl-D ends the output
        sys.stdout.flush()

    with session.raw_repl(board):
        board.exec_raw_no_follow(program)
        _, trace = board.follow(timeout=None, data_consumer=show)
    sys.stderr.write(decoder.decode(trace))
    return 1 if trace else 0


def run() -> int:
    """Open a prompt, or run the program that comes through a pipe."""
    host, port = inputs.host_and_port()
    if not sys.stdin.isatty():
        program = sys.stdin.buffer.read()
        return execute(connection.open_board(host, port), program)
    if host:
        prompt(host)
        return 0
    port = ports.find(port)
    ports.open_port(port).close()  # so that our message says what is wrong with it
    command = [sys.executable, "-m", "mpremote", "connect", port, "resume", "repl"]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
    if ended.returncode:  # it ends with a traceback if the board goes away
        why = (ended.stderr.strip().splitlines() or [f"status {ended.returncode}"])[-1]
        raise UserError(f"{port}: mpremote has ended ({why})", "check the cable, and try again")
    return 0


if __name__ == "__main__":
    main(run)

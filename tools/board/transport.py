"""mpremote's SerialTransport, which here never sends more than the board has room for."""

from __future__ import annotations

import base64
import contextlib
import inspect
from collections.abc import Callable

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.board import on_board

_CHUNK = 360  # bytes: 480 characters of base64, as the board may have no 512 bytes in one piece


class Transport(SerialTransport):
    """SerialTransport on a board that may be busy serving HTTP while source comes in."""

    def raw_paste_write(self, command_bytes: bytes) -> None:
        """Do as mpremote does, with two bytes fewer on their way.

        The protocol allows two windows of 128 at once, and then Ctrl-D. The board's input ring
        takes 255 and drops the rest (ports/esp8266/esp_mphal.c).
        """
        window = int.from_bytes(self.serial.read(2), "little")
        sent, allowed = 0, window - 2
        while sent < len(command_bytes):
            while allowed <= 0 or self.serial.inWaiting():
                mark = self.serial.read(1)
                if mark == b"\x04":  # the board has seen enough: a syntax error
                    self.serial.write(b"\x04")
                    return
                if mark != b"\x01":
                    raise TransportError(f"unexpected answer to raw paste: {mark!r}")
                allowed += window
            part = command_bytes[sent : sent + allowed]
            self.serial.write(part)
            sent, allowed = sent + len(part), allowed - len(part)
        self.serial.write(b"\x04")
        if not self.read_until(1, b"\x04").endswith(b"\x04"):
            raise TransportError("could not complete raw paste")

    def fs_writefile(
        self,
        dest: str,
        data: bytes,
        chunk_size: int = _CHUNK,
        progress_callback: Callable[[int, int], None] | None = None,
    ) -> None:
        """Write a file, in fewer round trips than mpremote's own method.

        TransportExecError if the board cannot write it; the file is closed then.
        """
        self.send(on_board.receive, dest, data, chunk_size, progress_callback or (lambda *_: None))

    def send(
        self,
        receiver: Callable,
        where: str | int,
        data: bytes,
        chunk_size: int,
        progress: Callable[[int, int], None],
    ) -> None:
        """Bring `data` to the board by one of on_board.py's functions, called with `where`.

        It leaves put(base64) and end() there. progress(bytes sent, of how many).
        """
        source, name = inspect.getsource(receiver), receiver.__name__
        self.exec(f"{source}\n{name}({where!r})\ndel {name}")
        pieces = [data[i : i + chunk_size] for i in range(0, len(data), chunk_size)] or [b""]
        steps = [f"put({base64.b64encode(piece)!r})" for piece in pieces]
        steps[-1] += "\nend()"
        try:
            for number, step in enumerate(steps):
                self.exec(step)
                progress(number * chunk_size, len(data))
        except TransportExecError:
            with contextlib.suppress(TransportError):
                self.exec("end()")
            raise

"""A WebREPL session as SerialTransport's serial port."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tools.board.silence import Silence

_TIMEOUT = 10.0  # s
_LOOK = 0.2  # s of waiting between two checks whether the board is still there
# A board that loses its power closes nothing. After 5 s of silence it is probed, and after 14 s it
# counts as gone. So does one that was reset, because its answers are wrong (silence.py).
_KEEPALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 3}

# What a session is sent, even in its raw REPL, when somebody else connects.
_REJECTION_NOTICE = b"\r\nConcurrent WebREPL connection from "


class WebsocketSerial:
    """What SerialTransport needs of a serial port, over the websocket of a board at `where`.

    OSError if the connection is gone, or if `probe()` says so (silence.py) while an answer is
    awaited. `_webrepl` puts bytes that are not UTF-8 into text frames, so they are read undecoded.
    """

    def __init__(
        self,
        connection: ClientConnection,
        where: str,
        probe: Callable[[], bool] = lambda: False,
    ) -> None:
        self.waits = True  # for an answer, which is overdue after a while
        self._probe = probe
        self._silence = Silence(self._is_over)
        self._socket, self._where = connection.__enter__(), where  # websockets 17 wants it so
        self._buffer = b""
        self._ended = False
        self.rts = self.dtr = False
        self.timeout: float | None = _TIMEOUT
        self._set(socket.SOL_SOCKET, "SO_KEEPALIVE", 1)
        for name, value in _KEEPALIVE.items():
            self._set(socket.IPPROTO_TCP, name, value)

    def _set(self, level: int, name: str, value: int) -> None:
        if hasattr(socket, name):  # not on every system
            self._socket.socket.setsockopt(level, getattr(socket, name), value)

    def _is_over(self) -> bool:
        with contextlib.suppress(ConnectionClosed, OSError):
            # Otherwise the probe would take the session of a client that is silent for a minute.
            self._socket.pong()
        return self._probe()

    def _receive(self, timeout: float | None) -> bool:
        end = None if timeout is None else time.monotonic() + timeout
        while not self._take_frame(_LOOK if end is None else min(_LOOK, end - time.monotonic())):
            if self.waits and self._silence.over():
                raise OSError(f"{self._where} was reset, or is out of reach")
            if self._ended or (end is not None and time.monotonic() >= end):
                return False
        return True

    def _take_frame(self, timeout: float) -> bool:
        try:
            # The board holds its next small frame back until this side has acknowledged the last
            # one (Nagle's rule), which by itself would take 40 ms.
            self._set(socket.IPPROTO_TCP, "TCP_QUICKACK", 1)
            data = self._socket.recv(max(0, timeout), decode=False)
        except TimeoutError:
            return False
        except (ConnectionClosed, OSError):
            self._ended = True
            if self._buffer:
                return False  # what came before the end is read first
            raise OSError(f"{self._where} closed the connection") from None
        self._silence.alive()
        if data.startswith(_REJECTION_NOTICE):
            return False
        self._silence.begin()
        self._buffer += data
        return True

    def inWaiting(self) -> int:
        """Bytes that can be read at once."""
        while self._receive(0):
            pass
        return len(self._buffer)

    def read(self, size: int = 1) -> bytes:
        """`size` bytes, fewer after the timeout."""
        while len(self._buffer) < size and self._receive(self.timeout):
            pass
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def write(self, data: bytes) -> int:
        """Send as typed text; the board's input ring takes 255 bytes, so at most 128 a frame."""
        for i in range(0, len(data), 128):
            self._send(data[i : i + 128], text=True)
        return len(data)

    def write_file(self, data: bytes) -> None:
        """Send as a part of a file transfer."""
        self._send(data, text=False)

    def _send(self, data: bytes, text: bool) -> None:
        self._silence.begin()
        try:
            self._socket.send(data, text=text)
        except ConnectionClosed:
            raise OSError(f"{self._where} closed the connection") from None

    def read_until(self, *endings: bytes, timeout: float = _TIMEOUT) -> bytes:
        """Read up to one of `endings`; return all that came if none does."""
        data = b""
        while not data.endswith(endings) and (byte := self._next(timeout)):
            data += byte
        return data

    def _next(self, timeout: float) -> bytes:
        if not self._buffer and not self._receive(timeout):
            return b""
        byte, self._buffer = self._buffer[:1], self._buffer[1:]
        return byte

    def take(self, answer: bytes) -> bool:
        """Wait for `answer` and remove it from what came; False after the timeout."""
        while answer not in self._buffer:
            if not self._receive(self.timeout):
                return False
        self._buffer = self._buffer.replace(answer, b"", 1)
        return True

    def close(self) -> None:
        """Close without a status code, which `_webrepl` would take for the start of a file."""
        self._socket.close(code=None)

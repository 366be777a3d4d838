"""mpremote's transport over WebREPL: the raw REPL in websocket frames.

The protocol on top (raw REPL, raw paste with its flow control) is mpremote's own SerialTransport;
what is replaced is the wire. `_webrepl` puts bytes that are no UTF-8 into text frames, so frames
are read undecoded. One board takes one session at a time.
"""

from __future__ import annotations

from mpremote.transport_serial import SerialTransport
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.sync.client import ClientConnection, connect

from tools.errors import UserError

PORT = 8266
_CONNECT = 5.0  # s
_LOGIN = 10.0


class Busy(UserError):
    """The board answered and turned us away: somebody else has its one session."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where}: another WebREPL client is connected",
            "close it, or wait a minute for it to count as gone",
        )


class Unreachable(UserError):
    """Nobody answers at the address."""

    def __init__(self, where: str, why: object) -> None:
        super().__init__(
            f"{where}: WebREPL cannot be reached ({why})",
            "check the address and that PASS is set on the board, or deploy with PORT=",
        )


class Wire:
    """What SerialTransport needs of a serial port, over a websocket that is logged in."""

    def __init__(self, socket: ClientConnection, where: str) -> None:
        self._socket, self._where = socket, where
        self._buffer = b""
        self.rts = self.dtr = False
        self.timeout: float | None = _LOGIN

    def _receive(self, timeout: float | None) -> bool:
        try:
            data = self._socket.recv(timeout, decode=False)
        except TimeoutError:
            return False
        except ConnectionClosed:
            raise OSError(f"{self._where} closed the connection") from None
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
        try:
            for i in range(0, len(data), 128):
                self._socket.send(data[i : i + 128], text=True)
        except ConnectionClosed:
            raise OSError(f"{self._where} closed the connection") from None
        return len(data)

    def read_until(self, *endings: bytes, timeout: float = _LOGIN) -> bytes:
        """What comes up to one of `endings`; all that came, where none does."""
        data = b""
        while not data.endswith(endings) and (byte := self._next(timeout)):
            data += byte
        return data

    def _next(self, timeout: float) -> bytes:
        if not self._buffer and not self._receive(timeout):
            return b""
        byte, self._buffer = self._buffer[:1], self._buffer[1:]
        return byte

    def close(self) -> None:
        """Say goodbye."""
        self._socket.close()


def split(host: str) -> tuple[str, int]:
    """(name, WebREPL port) of "name" or "name:port". UserError where that is no port."""
    name, _, port = host.partition(":")
    if not name or not (port or str(PORT)).isdigit():
        raise UserError(f"HOST={host} is not an address", "give HOST=name or HOST=name:port")
    return name, int(port or PORT)


class WebreplTransport(SerialTransport):
    """Logged in at `host` ("name" or "name:port") with `password`. UserError where that fails."""

    def __init__(self, host: str, password: str) -> None:
        name, port = split(host)
        self.in_raw_repl, self.use_raw_paste, self.mounted, self.is_pty = False, True, False, False
        self.device_name = f"{name}:{port}"
        try:
            socket = connect(
                f"ws://{name}:{port}/",
                compression=None,
                open_timeout=_CONNECT,
                close_timeout=1,
                ping_interval=None,  # the board answers no pings
                max_size=None,
                proxy=None,
            )
        except (OSError, InvalidHandshake, InvalidMessage, TimeoutError) as e:
            raise Unreachable(self.device_name, getattr(e, "strerror", None) or e) from e
        self.serial = Wire(socket, self.device_name)
        try:
            self._log_in(password)
        except OSError:
            raise Busy(self.device_name) from None
        except BaseException:
            self.close()
            raise

    def _log_in(self, password: str) -> None:
        if not self.serial.read_until(b"Password: ").endswith(b"Password: "):
            raise Unreachable(self.device_name, "no password prompt")
        self.serial.write(password.encode() + b"\r")
        answer = self.serial.read_until(b"WebREPL connected\r\n>>> ", b"Access denied\r\n")
        if b"Access denied" in answer:
            raise UserError(
                f"{self.device_name}: wrong WebREPL password",
                "set PASS in webrepl_cfg.py to the one that is on the board",
            )
        if not answer.endswith(b">>> "):
            raise Unreachable(self.device_name, "no answer to the password")

"""mpremote's transport over WebREPL: the raw REPL in websocket frames.

The protocol on top (raw REPL, raw paste with its flow control) is mpremote's own SerialTransport;
what is replaced is the wire, and how files are written. One board takes one session at a time.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tools.board.transport import Transport
from tools.board.websocket_serial import WebsocketSerial
from tools.errors import UserError

PORT = 8266
_CONNECT = 5.0  # s
_PASSWORD = b"Password: "
# What a file transfer starts with: signature, kind, flags, offset, size, length of name, name
# (extmod/modwebrepl.c, struct webrepl_file).
_PUT = struct.Struct("<2sBBQIH64s")
_CHUNK = 1024  # bytes a frame, as the stock clients send


class Busy(UserError):
    """The board answered and refused: somebody else has its only session."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where}: another WebREPL client is connected",
            "close it, or wait a minute for it to count as gone",
        )


class WrongPassword(UserError):
    """The board has another WebREPL password."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where}: wrong WebREPL password",
            "set PASS in webrepl_cfg.py to the one that is on the board; to change it, give that "
            "one in front of make, OLD_PASS='...', or deploy over the cable",
        )


class Unreachable(UserError):
    """Nobody answers at the address."""

    def __init__(self, where: str, why: object) -> None:
        super().__init__(
            f"{where}: WebREPL cannot be reached ({why})",
            "check the address and that PASS is set on the board, or use the cable: PORT=",
        )


def split(host: str) -> tuple[str, int]:
    """Split "name" or "name:port" into name and WebREPL port; UserError if that is not a port."""
    parts = re.fullmatch(r"([A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?", host)
    if not parts or int(parts[2] or PORT) > 65535:
        raise UserError(f"HOST={host} is not an address", "give HOST=name or HOST=name:port")
    return parts[1], int(parts[2] or PORT)


def _dial(host: str) -> ClientConnection:
    name, port = split(host)
    try:
        return connect(
            f"ws://{name}:{port}/",
            compression=None,
            open_timeout=_CONNECT,
            close_timeout=1,
            ping_interval=None,  # the board answers no pings
            max_size=None,
            proxy=None,
        )
    except (OSError, ValueError, WebSocketException) as e:
        raise Unreachable(f"{name}:{port}", getattr(e, "strerror", None) or e) from e


def session_is_free(host: str) -> bool:
    """Whether the board at `host` would accept a session, or has no WebREPL any more."""
    try:
        wire = WebsocketSerial(_dial(host), host)
    except Unreachable as e:
        return isinstance(e.__cause__, ConnectionRefusedError)
    try:
        return wire.read_until(_PASSWORD, timeout=_CONNECT).endswith(_PASSWORD)
    except OSError:
        return False
    finally:
        wire.close()


class WebreplTransport(Transport):
    """A session at `host` ("name" or "name:port") with `password`; UserError if that fails."""

    def __init__(self, host: str, password: str) -> None:
        name, port = split(host)
        self.in_raw_repl, self.use_raw_paste, self.mounted, self.is_pty = False, True, False, False
        self.device_name = f"{name}:{port}"
        connection = _dial(host)
        try:
            self.serial = WebsocketSerial(
                connection, self.device_name, lambda: session_is_free(host)
            )
            self._log_in(password)
        except OSError:
            raise Busy(self.device_name) from None
        except BaseException:
            self.close()
            raise

    def _log_in(self, password: str) -> None:
        if not self.serial.read_until(_PASSWORD).endswith(_PASSWORD):
            raise Unreachable(self.device_name, "no password prompt")
        self.serial.write(password.encode() + b"\r")
        answer = self.serial.read_until(b"WebREPL connected\r\n>>> ", b"Access denied\r\n")
        if b"Access denied" in answer:
            raise WrongPassword(self.device_name)
        if not answer.endswith(b">>> "):
            raise Unreachable(self.device_name, "no answer to the password")

    def fs_writefile(
        self,
        dest: str,
        data: bytes,
        chunk_size: int = _CHUNK,
        progress_callback: Callable[[int, int], None] | None = None,
    ) -> None:
        """Write a file by WebREPL's own transfer, which takes 1 KiB where raw paste takes 128.

        The firmware ignores errors of writing and can lose a byte: compare hashes afterwards.
        """
        name = dest.encode()
        self.serial.write_file(_PUT.pack(b"WA", 1, 0, 0, len(data), len(name), name))
        self._check_answer(dest)
        for i in range(0, len(data), chunk_size):
            self.serial.write_file(data[i : i + chunk_size])
            if progress_callback:
                progress_callback(i, len(data))
        self._check_answer(dest)

    def _check_answer(self, path: str) -> None:
        if not self.serial.take(b"WB\0\0"):
            # Its only reaction to an error is to end the session.
            raise UserError(
                f"{self.device_name}: the board cannot write {path}",
                "if it was not reset meanwhile, the flash is full or worn: remove files of your "
                "own (`make repl`, then os.remove()) and run the same command again",
            )

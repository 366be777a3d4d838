"""Find the board's serial port, open it, and say in one line why that did not work."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

import serial
from serial.tools import list_ports

from tools.errors import UserError

try:
    import termios

    # What a port raises when its cable is pulled; pyserial lets both through.
    LOST: tuple[type[Exception], ...] = (OSError, termios.error)
except ImportError:  # Windows
    LOST = (OSError,)

# The rate of the firmware's prompt and the ROM loader's default. Faster flashing is a known
# cause of firmware that fails esp.check_fw().
BAUD = 115200

# EBUSY from the driver, EAGAIN from the lock that pyserial takes on the open port.
_BUSY = (errno.EBUSY, errno.EAGAIN)


def find(name: str | None = None) -> str:
    """The serial port to use: `name`, else PORT from the environment, else the only board.

    A board is a serial port on USB. Built-in ports (ttyS0, Bluetooth) are used only if named.
    """
    name = name or os.environ.get("PORT")
    if name:
        return name
    boards = _boards()
    if not boards:
        raise UserError(
            "no board found on USB",
            "plug it in with a cable that carries data (many only charge), or name its serial "
            "port with PORT=",
        )
    if len(boards) > 1:
        raise UserError(
            f"several boards found: {_list(boards)}", f"choose one, such as PORT={boards[0][0]}"
        )
    return boards[0][0]


def open_port(name: str) -> serial.SerialBase:
    """Open the serial port `name` for this program alone, at 115200 baud."""
    try:
        return serial.serial_for_url(name, BAUD, exclusive=True)
    except (OSError, ValueError) as error:
        raise explain(name, error) from error


def diagnose(name: str) -> UserError:
    """Find out why the port `name` could not be opened, if a library hid the reason."""
    try:
        open_port(name).close()
    except UserError as error:
        return error
    return UserError(f"{name} could not be opened", "it can be now: run the same command again")


def explain(name: str, error: Exception) -> UserError:
    """Explain `error`, which opening the port `name` raised, and say what to do next."""
    code = getattr(error, "errno", None)
    # On Windows pyserial leaves errno unset and puts the cause into the text.
    text = str(error)
    if code == errno.ENOENT or "FileNotFoundError" in text:
        found = _list(_boards()) or "no board at all"
        return UserError(
            f"there is no serial port {name} (found: {found})", "plug it in, or correct PORT="
        )
    if code in _BUSY or "PermissionError" in text:
        return UserError(
            f"{name} is in use by another program",
            "close that (a serial monitor, mpremote, Thonny, make repl or make watch)",
        )
    if code in (errno.EACCES, errno.EPERM):
        return UserError(
            f"no permission to use {name}",
            f"run `sudo usermod -a -G {_group(name)} $USER`, then log out and in again",
        )
    return UserError(f"{name} does not work as a serial port ({text})", "check PORT=")


def _boards() -> list[tuple[str, str]]:
    """Device name and description of each USB serial port, sorted by name."""
    ports: Iterable = list_ports.comports()
    return sorted((p.device, p.description or "") for p in ports if p.vid is not None)


def _list(boards: list[tuple[str, str]]) -> str:
    return ", ".join(f"{device} ({text})" for device, text in boards)


def _group(name: str) -> str:
    """The group that may use the port: dialout on Debian, uucp on Arch."""
    try:
        return Path(name).group()
    except (OSError, KeyError, NotImplementedError):
        return "dialout"

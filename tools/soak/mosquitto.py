"""A Mosquitto of its own on 127.0.0.1, for a virtual board: what is at ADDRESS:1883 there."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

from tools.errors import UserError

ADDRESS = "192.168.1.5"
SETTING = f'\nMQTT_HOST = "{ADDRESS}"\n'
_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin:/usr/bin"
_START = 10  # s
_LOOK = 0.02  # s from one look to the next


def program() -> str | None:
    """The path of Mosquitto, or None where it is not installed."""
    return shutil.which("mosquitto", path=_PLACES)


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


def hosts(port: int) -> dict[str, tuple[str, dict[int, int]]]:
    """The network of a board whose broker is at this port of the PC, for VirtualBoard."""
    return {"broker.lan": (ADDRESS, {1883: port})}


class Broker:
    """It runs from start() to stop(), any number of times, at the same `port`. `folder` is for its
    configuration, `lines` are what that has beside the port.
    """

    def __init__(self, folder: Path, lines: str = "allow_anonymous true\n") -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\n{lines}")
        self._process: subprocess.Popen | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it, and wait until it takes connections. UserError where it does not."""
        path = program()
        if not path:
            raise UserError("Mosquitto is not installed", "on Debian: apt install mosquitto")
        self._process = subprocess.Popen(
            [path, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + _START
        while time.monotonic() < end:
            try:
                return socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(_LOOK)
        raise UserError("Mosquitto does not start", f"see what it says of {self._config}")

    def stop(self) -> None:
        """Kill it: what was retained is lost."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

"""A make target's tool under test: in a copy of the project, as a process, with or without tty."""

import contextlib
import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from urllib.parse import urlsplit

import client

from tools.virtual_board.board import VirtualBoard

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 120  # s, for what takes a few on a PC that has nothing else to do


def copy_project(folder: Path, config: str | None = client.CONFIG) -> Path:
    """The project at `folder`, to be edited, with its webrepl_cfg.py, or without for None."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("device", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("boot.py", "main.py", "webrepl_cfg.py.example"):
        shutil.copy(ROOT / name, folder)
    if config:
        (folder / "webrepl_cfg.py").write_text(config)
    return folder


def way(board: VirtualBoard, kind: str) -> dict[str, str]:
    """The setting that leads to `board`: by "PORT" or by "HOST"."""
    return {kind: board.serial if kind == "PORT" else urlsplit(board.webrepl).netloc}


class Tool:
    """`python -m tools.<name>` in `project`, with these settings; a context manager ends it.

    A name such as "make deploy" is that command.

    `tty` gives it a terminal, of which `shown` has all that it wrote; else its input is `stdin`.
    """

    def __init__(
        self, name: str, project: Path, tty: bool = False, stdin: bytes = b"", **settings: str
    ) -> None:
        clean = {k: v for k, v in os.environ.items() if k not in ("PORT", "HOST", "HOSTS")}
        self._master, slave = pty.openpty()
        self.modes = termios.tcgetattr(slave)
        self._slave = slave  # kept open: what was written outlives the process
        if not tty:
            termios.tcsetattr(slave, termios.TCSANOW, _raw(self.modes))
        module = [sys.executable, "-m", f"tools.{name}"]
        self.process = subprocess.Popen(
            shlex.split(name) if " " in name else module,
            cwd=project,
            env={**clean, **settings},
            stdin=slave if tty else subprocess.PIPE,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if tty else None,
        )
        if self.process.stdin:
            self.process.stdin.write(stdin)
            self.process.stdin.close()
        self.shown = b""
        self._read = 0

    def __enter__(self) -> "Tool":
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._slave)
        os.close(self._master)

    def _read_some(self, timeout: float) -> bool:
        if not select.select([self._master], [], [], timeout)[0]:
            return False
        with contextlib.suppress(OSError):
            self.shown += os.read(self._master, 65536)
        return True

    def expect(self, pattern: str) -> re.Match:
        """Wait for the regular expression in what comes next; AssertionError where it does not."""
        deadline = time.monotonic() + TIMEOUT
        while not (found := re.search(pattern.encode(), self.shown[self._read :])):
            left = deadline - time.monotonic()
            assert left > 0 and (self.process.poll() is None or self._read_some(0)), (
                f"{pattern!r} did not come: {self.shown!r}"
            )
            self._read_some(min(left, 0.1))
        self._read += found.end()
        return found

    def type(self, keys: bytes) -> None:
        """Type on the terminal."""
        while keys:
            n = os.write(self._master, keys[:256])
            keys = keys[n:]
            self._read_some(0)

    def takes_keys(self) -> None:
        """Wait until it reads key by key: before, the terminal makes a newline of Enter."""
        deadline = time.monotonic() + TIMEOUT
        while self.modes_now[3] & termios.ICANON:
            assert time.monotonic() < deadline, self.shown
            self._read_some(0.01)

    def interrupt(self) -> None:
        """Ctrl-C, as make and the tool get it from a terminal."""
        self.process.send_signal(signal.SIGINT)

    def ended(self) -> int:
        """Wait for the end; the exit status."""
        status = self.process.wait(TIMEOUT)
        while self._read_some(0):
            pass
        return status

    @property
    def modes_now(self) -> list:
        """The terminal's modes, as termios.tcgetattr() has them."""
        return termios.tcgetattr(self._slave)


def _raw(modes: list) -> list:
    """Modes that pass what is written through unchanged."""
    return [*modes[:1], modes[1] & ~termios.OPOST, *modes[2:]]


def run(name: str, project: Path, stdin: bytes = b"", **settings: str) -> tuple[int, str]:
    """(exit status, what it printed) of a tool that ends by itself."""
    with Tool(name, project, stdin=stdin, **settings) as tool:
        return tool.ended(), tool.shown.decode()

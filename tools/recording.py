"""`make recording`: an animated recording of `make watch`, from the virtual board.

It goes into build/recording.svg, or docs/recording.svg with WRITE=1. The commands, what they print
and how long they take are real; only the typing is simulated. They run in a copy of the project,
at the usual ports.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.errors import UserError, main
from tools.inputs import results_folder
from tools.paths import ROOT

_SIZE = {"width": 76, "height": 22}  # characters
_COPIED = ("boot.py", "main.py", "Makefile", "requirements.txt", "webrepl_cfg.py.example")
_SETTINGS = ("FLASH", "HTTP_PORT", "WEBREPL_PORT", "PORT", "HOST")
_MAKES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")  # what a make inside make gets
_TIMEOUT = 30.0  # s, for what takes one or two
_KEY = 0.05  # s from one key to the next
_PAUSE = 1.5  # s to read what a command printed
# A frame lasts 100 ms at least, and the last one 4 s, before the animation starts again.
_LOOKS = "-t window_frame -m 100 -D 4000".split()

# A command, and the output after which the next one is typed.
_SESSION = (
    ("make run &", r"switch: http\S+"),
    ("make watch HOST=127.0.0.1 &", "up to date"),
    ("sed -i s/Switch/Kitchen/ device/www/index.html", r"live at .* after .* s"),
    ("curl -s 127.0.0.1:8080 | grep title", "Kitchen"),
    ("""curl -X PUT -d '{"on":true}' 127.0.0.1:8080/led""", "LED on"),
)


class Terminal:
    """A terminal that records what it shows, and when, as asciicast version 2."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._master, self._slave = pty.openpty()
        self._began = time.monotonic()
        self._processes: list[subprocess.Popen] = []
        self.events: list[tuple[float, str, str]] = []

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *exc: object) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.wait(_TIMEOUT)
        os.close(self._slave)
        os.close(self._master)

    def run(self, command: str, pattern: str) -> None:
        """Type the command at a prompt, run it and wait for `pattern`. May raise UserError."""
        self._show("$ ")
        self.wait(_PAUSE)
        for key in command:
            self._show(key)
            self.wait(_KEY)
        self._show("\r\n")
        first = len(self.events)
        self._processes.append(
            subprocess.Popen(
                ["sh", "-c", command.removesuffix("&")],
                cwd=self._folder,
                env={k: v for k, v in os.environ.items() if k not in _SETTINGS + _MAKES},
                stdin=subprocess.DEVNULL,
                stdout=self._slave,
                stderr=self._slave,
                start_new_session=True,
            )
        )
        end = time.monotonic() + _TIMEOUT
        while not re.search(pattern, shown := "".join(e[2] for e in self.events[first:])):
            if time.monotonic() > end or "error: " in shown:
                last = (shown.split("\n") or [""])[-2:]
                raise UserError(f"{command!r} printed {last}", f"{pattern!r} was expected")
            self.wait(_KEY)
        self.wait(_KEY)

    def wait(self, seconds: float) -> None:
        """Wait, and record what is printed meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                self._show(os.read(self._master, 65536).decode(errors="replace"))

    def _show(self, text: str) -> None:
        self.events.append((round(time.monotonic() - self._began, 3), "o", text))


def copy(folder: Path) -> None:
    """The project at `folder`, to be edited."""
    for name in ("device", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _COPIED:
        shutil.copy2(ROOT / name, folder)
    (folder / ".venv").symlink_to(ROOT / ".venv")


def run() -> None:
    """Record the session and render it."""
    target = results_folder() / "recording.svg"
    with tempfile.TemporaryDirectory() as name:
        copy(Path(name))
        with Terminal(Path(name)) as terminal:
            for command, pattern in _SESSION:
                terminal.run(command, pattern)
            terminal.wait(_PAUSE)
        cast = Path(name, "recording.cast")
        lines = [{"version": 2, **_SIZE}, *terminal.events]
        cast.write_text("".join(json.dumps(line) + "\n" for line in lines))
        command = [sys.executable, "-m", "termtosvg", "render", str(cast), str(target)]
        subprocess.run([*command, *_LOOKS], check=True, capture_output=True)
    print(f"{os.path.relpath(target)} written, {target.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main(run)

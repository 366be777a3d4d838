"""Find the virtual boards that run on this PC, their images, and the passwords in them.

`make run` keeps a file for each in build/running/, named by its WebREPL port: its serial port and
its image, which it locks while it runs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tools.board.webrepl import split
from tools.paths import ROOT

try:
    import fcntl
except ImportError:  # Windows, where no virtual board runs
    fcntl = None  # type: ignore[assignment]

FOLDER = ROOT / "build" / "running"
_LOOPBACK = ("localhost", "127.0.0.1")


@contextlib.contextmanager
def announced(webrepl: int, serial: str, image: Path) -> Iterator[None]:
    """Let the tools find the board at these ports, in this context."""
    path = FOLDER / str(webrepl)
    with contextlib.suppress(OSError):  # without it, the tools take webrepl_cfg.py's password
        FOLDER.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{serial}\n{image.resolve()}\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def image(host: str | None, port: str | None = None) -> Path | None:
    """The image of the virtual board at HOST, or else at the serial PORT; None if none runs."""
    if host:
        name, number = split(host)
        found = [FOLDER / str(number)] if name in _LOOPBACK else []
    else:
        found = sorted(FOLDER.glob("*")) if port else []
    for path in found:
        with contextlib.suppress(OSError, ValueError):
            serial, name = path.read_text().splitlines()
            if (host or serial == port) and _in_use(Path(name)):
                return Path(name)
    return None


def _in_use(path: Path) -> bool:
    # A board that was killed leaves its file behind, but not the lock.
    if not fcntl:
        return False
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False

"""`make run`: a board without a board, in the foreground.

Environment: FLASH (the image, build/flash.img), HTTP_PORT (8080), WEBREPL_PORT (8266).
"""

import fcntl
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

from tools import build
from tools.errors import UserError, main

from . import image
from .board import VirtualBoard

ROOT = Path(__file__).resolve().parents[2]


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not (text.isdigit() and 0 <= int(text) < 65536):
        raise UserError(
            f"{name}={text} is not a port", "give a number from 1 to 65535, or 0 for any"
        )
    return int(text)


def _flash() -> Path:
    """The image to run from, made with the current bundle where it is missing, and checked."""
    path = Path(os.environ.get("FLASH") or ROOT / "build" / "flash.img")
    if not path.exists():
        config = ROOT / "webrepl_cfg.py"
        with tempfile.TemporaryDirectory() as tree:
            build.build(
                Path(tree) / "board",
                config=config if config.exists() else ROOT / "webrepl_cfg.py.example",
            )
            image.create(path, Path(tree) / "board")
    image.read(path)
    if not os.access(path, os.W_OK):
        raise UserError(f"cannot write {path}", "choose another with FLASH=path")
    return path


def _lock(path: Path) -> int:
    lock = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(
            f"{path} is in use by another board",
            "stop that one, or choose another with FLASH=path",
        ) from None
    return lock


def _say(line: str) -> None:
    print(line, flush=True)


def run() -> None:
    """Print where the board is to be reached, then what it prints and what its LED does."""
    http, webrepl = _port("HTTP_PORT", 8080), _port("WEBREPL_PORT", 8266)
    path = _flash()
    _lock(path)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    board = VirtualBoard(
        path,
        http,
        webrepl,
        printed=lambda data: (sys.stdout.buffer.write(data), sys.stdout.flush()),
        led_changed=lambda lit: _say("GPIO2 low   LED on" if lit else "GPIO2 high  LED off"),
    )
    try:
        _say(f"serial {board.serial}")
        _say(f"http {board.http}")
        _say(f"webrepl {board.webrepl}")
        board.start()
        _say("ready")
        stop.wait()
    finally:
        board.close()
        _say("off")


if __name__ == "__main__":
    main(run)

"""`make run`: a board without a board, in the foreground.

Environment: FLASH (the image, build/flash.img), FIRMWARE_VARIANT (romfs; or generic, 1m),
HTTP_PORT (8080), WEBREPL_PORT (8266), MDNS_PORT, DNS_PORT (any free one), BROKER_PORT (none),
SETUP=1 for a board that knows no network (setup_run.py).
"""

import fcntl
import math
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tools import build
from tools.board import running
from tools.deploy import plan
from tools.errors import UserError, main

from . import hosts as names
from . import image, passwords, settings_note, setup_run, variant_note
from .board import DNS, MDNS, VirtualBoard
from .chip import Chip
from .console import Console
from .hardware.flash import DEFAULT, VARIANTS
from .sandbox import launch

ROOT = Path(__file__).resolve().parents[2]
BROKER = "192.168.1.5"  # what the board calls the PC's broker
_PATIENCE = 10  # s; boot.py takes 8 at most
_LOOK = 0.05  # s from one look to the next


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not (re.fullmatch("[0-9]{1,5}", text) and int(text) < 65536):
        raise UserError(
            f"{name}={text} is not a port", "give a number from 1 to 65535, or 0 for any"
        )
    return int(text)


def _hosts() -> dict[str, tuple[str, dict[int, int]]]:
    """The hosts in the board's network: a broker, where BROKER_PORT names its port on this PC."""
    if not os.environ.get("BROKER_PORT"):
        return {}
    return {"broker.lan": (BROKER, {1883: _port("BROKER_PORT", 0)})}


def _variant() -> str:
    name = os.environ.get("FIRMWARE_VARIANT") or DEFAULT
    if name not in VARIANTS:
        raise UserError(
            f"FIRMWARE_VARIANT={name} is not a variant", f"choose one of {', '.join(VARIANTS)}"
        )
    return name


def _flash(variant: str) -> Path:
    """The image to run from, made with the current bundle where it is missing, and checked."""
    name = "flash-setup.img" if setup_run.is_on() else "flash.img"
    path = Path(os.environ.get("FLASH") or ROOT / "build" / name)
    try:
        missing = not path.exists()
    except OSError as e:  # a folder that is closed to us, or a name that is too long
        raise UserError(
            f"cannot read {path}: {e.strerror}", "choose another with FLASH=path"
        ) from e
    if missing:
        with tempfile.TemporaryDirectory() as tree:
            config = Path(tree) / "config"
            text = passwords.own(passwords.settings_text())
            config.write_text(setup_run.settings_text(text) if setup_run.is_on() else text)
            files = plan.files(build.build(Path(tree) / "board", config=config))
            image.create(path, files, variant)
    image.check(path, variant)
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


def _wait(condition: Callable[[], object], seconds: float = math.inf) -> bool:
    """Until condition() holds; False where it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK)
    return True


def _boot(board: VirtualBoard, console: Console, ended: Callable[[], bool]) -> None:
    """Power on, and wait for the prompt or until `ended()`, for ever."""
    board.do(Chip.power_on)
    if not _wait(lambda: ended() or board.chip.boots, _PATIENCE):
        # As a real board does, it stays up with a program that never ends, to be cured.
        board.do(lambda chip: console.release())
        print(
            f"the board has not come to its prompt after {_PATIENCE} s; "
            f"make repl PORT={board.serial} and Ctrl-C get one",
            file=sys.stderr,
            flush=True,
        )
        _wait(lambda: ended() or board.chip.boots)
    if board.chip.boots:
        board.do(lambda chip: console.ready())


def run() -> None:
    """Print where the board is to be reached, then what it reports, until Ctrl-C."""
    http, webrepl = _port("HTTP_PORT", 8080), _port("WEBREPL_PORT", 8266)
    udp_ports = {MDNS: _port("MDNS_PORT", 0), DNS: _port("DNS_PORT", 0)}
    hosts = _hosts()
    variant = _variant()
    path = _flash(variant)
    os.fchmod(_lock(path), 0o600)  # an older version may have made it
    passwords.renew(path)
    # No threading.Event: a handler that sets it while wait() holds its lock stands still for ever.
    stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: stop.append(number))
    console = Console()

    def ended() -> bool:
        return bool(stop or console.failure)

    try:
        board = VirtualBoard(
            path,
            variant,
            http,
            webrepl,
            udp_ports,
            air=setup_run.air() if setup_run.is_on() else None,
            printed=console.printed,
            led_changed=console.led_changed,
            hosts=hosts,
        )
    except OSError as e:
        raise UserError(
            e.strerror or str(e),
            "stop what uses it, or choose HTTP_PORT=, WEBREPL_PORT=, MDNS_PORT= and DNS_PORT=",
        ) from e
    console.url = board.http
    board.do(lambda chip: setattr(chip.stack, "guard", names.Guard))
    try:
        console.say(f"serial {board.serial}")
        console.say(f"http {board.http}")
        console.say(f"webrepl {board.webrepl}")
        if hosts:
            console.say(f"broker {BROKER} is 127.0.0.1:{os.environ['BROKER_PORT']}")
        if password := passwords.shown(path):
            console.say(f"password {password}")
        if other := variant_note.note(path, variant, board.serial):
            console.say(f"note: {other}")
        if setup_run.is_on():
            console.say("note: its networks are home (password correct horse) and cafe (open)")
        elif kept := settings_note.note(path, urlsplit(board.webrepl).netloc):
            console.say(f"note: {kept}")
        if lacks := launch.lacks():
            console.say(f"note: {lacks} cannot keep what runs on the board from your files")
        with running.announced(urlsplit(board.webrepl).port or 0, board.serial, path):
            _boot(board, console, ended)
            _wait(ended)
    finally:
        board.close()
    if console.failure:
        raise console.failure


if __name__ == "__main__":
    main(run)

"""`make watch`: each file that is saved is live on the board within 2 s, until Ctrl-C.

Environment: PORT (serial) or HOST (over WiFi). Each save is a deploy, all or nothing; the restart
is a soft reset, which keeps the board in its WiFi network.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from tools import inputs, settings
from tools.board.webrepl import split
from tools.deploy.flow import Flow, NotServing
from tools.deploy.wanted import wanted
from tools.errors import UserError, main
from tools.paths import ROOT

_PERIOD = 0.1  # s between two checks of the files
_RETRY = 1.0  # s between two attempts to reach the board

Snapshot = dict[Path, tuple[int, int]]


def snapshot() -> Snapshot:
    """Time of change and size of every file that goes into the board's tree."""
    paths = [ROOT / "boot.py", ROOT / "main.py", ROOT / settings.CONFIG]
    found = {}
    for path in [*paths, *(ROOT / "device").rglob("*")]:
        try:
            status = path.stat()
        except OSError:
            continue  # gone meanwhile, as when an editor saves
        found[path] = status.st_mtime_ns, status.st_size
    return found


def push(host: str | None, files: dict[str, bytes]) -> None:
    """Bring `files` onto the board and restart the switch if anything differs."""
    began = time.monotonic()
    done = Flow(host, files, say).run(soft=True)
    if done.changed:
        say(f"live at {done.url} after {time.monotonic() - began:.1f} s")
    else:
        say("the board is up to date")


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def complain(text: object) -> None:
    """Print a line about something wrong."""
    print(text, file=sys.stderr, flush=True)


class Watch:
    """Check the files, and keep the board up to date with them."""

    def __init__(self, host: str | None) -> None:
        self._host = host
        self._files: Snapshot = {}
        self._built: Snapshot = {}
        self._wanted: dict[str, bytes] | None = None  # None: it does not compile
        self._live: dict[str, bytes] | None = None  # what was pushed last
        self._reported: object = None  # the error that prevents the push
        self._next_try = 0.0

    def step(self) -> None:
        """Check once; build and push if something changed, or if a push is still to be done."""
        before, self._files = self._files, snapshot()
        if self._files != before:
            return  # somebody is saving: by the next check it is over
        if self._files != self._built:
            self._built = self._files
            self._build()
        if self._wanted is not None and self._wanted != self._live:
            if time.monotonic() >= self._next_try:
                self._push(self._wanted)

    def _build(self) -> None:
        self._wanted, self._reported, self._next_try = None, None, 0.0
        try:
            self._wanted = wanted(self._host).files
        except UserError as error:
            complain(error)

    def _push(self, files: dict[str, bytes]) -> None:
        try:
            push(self._host, files)
            self._live, self._reported = files, None
        except NotServing as error:
            complain(error)  # and nothing can be done before the next save
            self._live, self._reported = files, None
        except UserError as error:
            # While a board boots, each attempt may fail for another reason: one line for all.
            kind = str(error) if type(error) is UserError else type(error)
            if kind != self._reported:
                complain(error)
            self._reported = kind
            self._next_try = time.monotonic() + _RETRY


def run() -> int:
    """Watch until Ctrl-C."""
    host, _ = inputs.host_and_port()
    if host:
        split(host)  # otherwise it would be tried for ever
    watch = Watch(host)
    interrupted = _notice_interrupts()
    say("watching boot.py, main.py, device/ and webrepl_cfg.py; Ctrl-C ends")
    with contextlib.suppress(KeyboardInterrupt):
        while not interrupted:
            watch.step()
            time.sleep(_PERIOD)
    return 0


def _notice_interrupts() -> list[int]:
    """Return a list that Ctrl-C fills, in addition to the KeyboardInterrupt that it raises.

    Python drops an exception in a destructor, such as that of a serial port after a push.
    """
    seen: list[int] = []

    def notice(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, notice)
    return seen


if __name__ == "__main__":
    main(run)

"""`make watch`: what is saved is on the board, and live, within 2 s; until Ctrl-C.

Environment: PORT (serial) or HOST (over WiFi). Each save is a deploy, all or nothing; the restart
is a soft reset, which keeps the board in its WiFi network.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tools import settings
from tools.board import connection, on_board, restart
from tools.board.webrepl import split
from tools.deploy.__main__ import wanted_files
from tools.deploy.steps import Deploy
from tools.errors import UserError, main

_PERIOD = 0.1  # s between two looks at the files
_RETRY = 1.0  # s between two tries to reach the board

Snapshot = dict[Path, tuple[int, int]]


def snapshot() -> Snapshot:
    """Time of change and size of every file that goes into the board's tree."""
    root = connection.ROOT
    paths = [root / "boot.py", root / "main.py", root / settings.CONFIG]
    found = {}
    for path in [*paths, *(root / "device").rglob("*")]:
        try:
            status = path.stat()
        except OSError:
            continue  # gone between the two looks, as when an editor saves
        found[path] = status.st_mtime_ns, status.st_size
    return found


def push(host: str | None, wanted: dict[str, bytes]) -> None:
    """Bring `wanted` onto the board and restart the switch, where anything differs. UserError."""
    began = time.monotonic()
    with connection.raw_repl(connection.open_board(host)) as board:
        job = Deploy(board, wanted, lambda line: None)
        plan = job.survey()
        changes = job.unfinished or not plan.empty
        if changes:
            for line in plan.lines():
                say(line)
            job.apply(plan)
            restart.soft_reset(board)
    if not changes:
        say("the board is up to date")
        return
    with connection.explained(host or "the board"):
        board = restart.reconnect(host, None)
    with connection.raw_repl(board):
        state = connection.run(board, on_board.state)
    assert isinstance(state, dict)
    if state["serving"]:
        where = connection.address(state["machine"], state["ip"])
        say(f"live at {where} after {time.monotonic() - began:.1f} s")
    else:
        complain(f"on the board, but the switch does not run: {state['error'] or 'see make repl'}")


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def complain(text: object) -> None:
    """Print a line about something wrong."""
    print(text, file=sys.stderr, flush=True)


class Watch:
    """Look at the files and keep the board like them."""

    def __init__(self, host: str | None) -> None:
        self._host = host
        self._files: Snapshot = {}
        self._built: Snapshot = {}
        self._wanted: dict[str, bytes] | None = None  # None: it does not compile
        self._live: dict[str, bytes] | None = None  # what was pushed last
        self._reported: object = None  # the error that holds the push up
        self._next_try = 0.0

    def step(self) -> None:
        """One look; build and push where something changed, or a push is still to be done."""
        before, self._files = self._files, snapshot()
        if self._files != before:
            return  # somebody is saving: at the next look it is over
        if self._files != self._built:
            self._built = self._files
            self._build()
        if self._wanted is not None and self._wanted != self._live:
            if time.monotonic() >= self._next_try:
                self._push(self._wanted)

    def _build(self) -> None:
        self._wanted, self._reported, self._next_try = None, None, 0.0
        try:
            self._wanted = wanted_files(self._host)
        except UserError as error:
            complain(error)

    def _push(self, wanted: dict[str, bytes]) -> None:
        try:
            push(self._host, wanted)
            self._live, self._reported = wanted, None
        except UserError as error:
            # A board that is away is away for many reasons while it boots: one line for all.
            kind = str(error) if type(error) is UserError else type(error)
            if kind != self._reported:
                complain(error)
            self._reported = kind
            self._next_try = time.monotonic() + _RETRY


def run() -> int:
    """Watch until Ctrl-C."""
    host, _ = connection.host_and_port()
    if host:
        split(host)  # or it would be tried for ever
    watch = Watch(host)
    say("watching boot.py, main.py, device/ and webrepl_cfg.py; Ctrl-C ends")
    try:
        while True:
            watch.step()
            time.sleep(_PERIOD)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    main(run)

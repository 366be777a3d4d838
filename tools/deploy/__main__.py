"""`make deploy`: everything that the board lacks, all or nothing, and the switch restarted.

Environment: PORT (serial), HOST or HOSTS (over WiFi), DRY_RUN=1 (status 2 where it would change
something).
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO

from tools import build
from tools.board import connection, on_board, restart, running
from tools.deploy.plan import files
from tools.deploy.steps import Deploy
from tools.errors import UserError, main
from tools.inputs import read_text, switched_on
from tools.virtual_board import passwords

WOULD_CHANGE = 2
_GOES = 0.5  # s that the board may take until its reset: no connection is tried before
Say = Callable[[str], None]


def wanted_files(host: str | None) -> dict[str, bytes]:
    """The files that are to be on a board, built from the sources as they are now."""
    image = running.image(host, None if host else os.environ.get("PORT"))
    config = connection.config_file(virtual=bool(image))
    with tempfile.TemporaryDirectory() as folder:
        if image:  # keeps its password, where the user has none of their own
            text = passwords.own(read_text(config), passwords.of(image))
            config = Path(folder) / "config"
            config.write_text(text)
        wanted = files(build.build(Path(folder) / "board", config=config))
    if not image:
        _refuse_example(config)
    return wanted


def _refuse_example(config: Path) -> None:
    if passwords.is_examples(read_text(config)):
        raise UserError(
            "webrepl_cfg.py has the example's password, which everybody knows",
            "choose your own with `make configure`",
        )


def deploy(host: str | None, wanted: dict[str, bytes], say: Say, progress: Say) -> int:
    """Deploy to one board: exit status 0, or 2 in a dry run that found something to change."""
    with connection.raw_repl(connection.open_board(host)) as board:
        job = Deploy(board, wanted, progress)
        plan = job.survey()
        if job.unfinished:
            say("a deploy that was cut off has to be finished first")
        for line in plan.lines():
            say(line)
        changes = job.unfinished or not plan.empty
        state = None if changes else connection.run(board, on_board.state)
        if switched_on("DRY_RUN"):
            return WOULD_CHANGE if changes else 0
        if _serving(state):
            connection.run(board, on_board.confirm)
        else:
            if not changes:
                say("the switch does not run: restarting the board")
            job.apply(plan)
            job.restart()
    if not _serving(state):
        progress("restarting the board")
        state = _after_restart(host)
    say(f"running at {connection.address(state['machine'], state['ip'])}")
    return 0


def _serving(state: object) -> bool:
    return isinstance(state, dict) and state["serving"]


def _after_restart(host: str | None) -> dict:
    """The board's state once it has booted. UserError where the switch does not serve then."""
    time.sleep(_GOES)
    try:
        with connection.explained(host or "the board"):
            board = restart.reconnect(host, None)
        with connection.raw_repl(board):
            state = connection.run(board, on_board.state)
            if _serving(state):
                connection.run(board, on_board.confirm)
    except UserError as error:
        raise UserError("the files are on the board", f"but after its restart: {error}") from error
    assert isinstance(state, dict)
    if not _serving(state):
        raise UserError(
            f"the files are on the board, but the switch does not run ({state['error'] or '?'})",
            "see `make info` and `make repl`",
        )
    return state


def _many(hosts: list[str]) -> int:
    """All at once; each board's lines carry its name, each failure is one line of its own."""
    wanted = {host: wanted_files(host) for host in hosts}
    screen = Screen()

    def one(host: str) -> int:
        try:
            return deploy(host, wanted[host], lambda line: screen.say(f"{host}: {line}"), _quiet)
        except UserError as error:
            name = "" if str(error).startswith(host) else f"{host}: "
            screen.say(f"error: {name}{error}", sys.stderr)
            return 1

    with ThreadPoolExecutor(len(wanted)) as pool:
        try:
            statuses = list(pool.map(one, wanted))
        except KeyboardInterrupt:
            screen.say("interrupted: what is under way ends first", sys.stderr)
            raise
    return 1 if 1 in statuses else max(statuses)


def _quiet(_line: str) -> None:
    pass


class Screen:
    """Lines that stay, and on a terminal a last one that tells the progress."""

    def __init__(self) -> None:
        self._lock, self._progress = threading.Lock(), False

    def say(self, line: str, stream: TextIO = sys.stdout) -> None:
        """Print a whole line, whatever other threads print."""
        with self._lock:
            self.clear()
            print(line, file=stream, flush=True)

    def progress(self, line: str) -> None:
        """Show this in place of the last such line."""
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
            self._progress = True

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._progress:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._progress = False


def run() -> int:
    """Deploy as the environment says."""
    switched_on("DRY_RUN")  # before anything is done, in case that is misspelt
    if hosts := (os.environ.get("HOSTS") or "").split():
        return _many(hosts)
    host, _ = connection.host_and_port()
    screen = Screen()
    try:
        return deploy(host, wanted_files(host), screen.say, screen.progress)
    finally:
        screen.clear()


if __name__ == "__main__":
    main(run)

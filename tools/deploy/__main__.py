"""`make deploy`: everything that the board lacks, all or nothing, and the switch restarted.

Environment: PORT (serial), HOST or HOSTS (over WiFi; HOSTS=@fleet for those that BROKER knows),
DRY_RUN=1 (status 2 where it would change something), OLD_PASS (the board's present WebREPL
password, where PASS is a new one).
"""

from __future__ import annotations

import getpass
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TextIO

from tools.board.webrepl import WrongPassword
from tools.deploy import rollout
from tools.deploy.flow import Flow, Say
from tools.deploy.wanted import Wanted, wanted
from tools.errors import UserError, main
from tools.inputs import host_and_port, switched_on

WOULD_CHANGE = 2


def deploy(host: str | None, files: Wanted, say: Say, progress: Say) -> int:
    """Deploy to one board: exit status 0, or 2 in a dry run that found something to change."""
    for warning in files.warnings:
        say(f"warning: {warning}")
    dry = switched_on("DRY_RUN")
    done = Flow(host, files.files, say, progress).run(dry, trial=os.environ.get("TRIAL") != "0")
    if dry:
        return WOULD_CHANGE if done.changed else 0
    say(f"running at {done.url}")
    return 0


def _many(hosts: list[str]) -> int:
    """All at once; each board's lines carry its name, each failure is one line of its own."""
    files = {host: wanted(host) for host in hosts}
    screen = Screen()

    def one(host: str) -> int:
        try:
            return deploy(host, files[host], lambda line: screen.say(f"{host}: {line}"), _quiet)
        except UserError as error:
            name = "" if str(error).startswith(host) else f"{host}: "
            screen.say(f"error: {name}{error}", sys.stderr)
            return 1

    with ThreadPoolExecutor(len(files)) as pool:
        try:
            statuses = list(pool.map(one, files))
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
    dry = switched_on("DRY_RUN")  # before anything is done, in case that is misspelt
    if os.environ.get("HOSTS") == rollout.FLEET:
        return rollout.rollout(rollout.hosts(), _many, dry)
    if hosts := (os.environ.get("HOSTS") or "").split():
        return _many(hosts)
    host, _ = host_and_port()
    screen = Screen()
    files = wanted(host)
    try:
        try:
            return deploy(host, files, screen.say, screen.progress)
        except WrongPassword:
            if not sys.stdin.isatty():
                raise
            screen.say("the board has another WebREPL password than PASS in webrepl_cfg.py")
            os.environ["OLD_PASS"] = getpass.getpass("its present one: ")
            return deploy(host, files, screen.say, screen.progress)
    finally:
        screen.clear()


if __name__ == "__main__":
    main(run)

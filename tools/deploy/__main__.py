"""`make deploy`: everything that the board lacks, all or nothing, and the switch restarted.

Environment: PORT (serial), HOST or HOSTS (over WiFi; HOSTS=@fleet for those that BROKER knows),
DRY_RUN=1 (status 2 where it would change something), OLD_PASS (the board's present WebREPL
password, where PASS is a new one).
"""

from __future__ import annotations

import getpass
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from tools.board.webrepl import WrongPassword
from tools.deploy import rollout
from tools.deploy.flow import Flow, Say
from tools.deploy.screen import Rows, Screen
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


def _many(hosts: list[str], rows: Rows) -> int:
    """All at once; each board's lines carry its name, each failure is one line of its own."""
    files = {host: wanted(host) for host in hosts}

    def one(host: str) -> int:
        try:
            rows.show(host, "connecting")
            return deploy(
                host,
                files[host],
                lambda line: rows.say(f"{host}: {line}"),
                lambda line: rows.show(host, line),
            )
        except UserError as error:
            name = "" if str(error).startswith(host) else f"{host}: "
            rows.say(f"error: {name}{error}", sys.stderr)
            return 1
        finally:
            rows.hide(host)

    with ThreadPoolExecutor(len(files)) as pool:
        try:
            statuses = list(pool.map(one, files))
        except KeyboardInterrupt:
            rows.say("interrupted: what is under way ends first", sys.stderr)
            raise
    return 1 if 1 in statuses else max(statuses)


def run() -> int:
    """Deploy as the environment says."""
    dry = switched_on("DRY_RUN")  # before anything is done, in case that is misspelt
    if hosts := (os.environ.get("HOSTS") or "").split():
        with Rows() as rows:
            if hosts == [rollout.FLEET]:
                return rollout.rollout(rollout.hosts(), lambda wave: _many(wave, rows), dry, rows)
            return _many(hosts, rows)
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

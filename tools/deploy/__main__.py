"""`make deploy`: everything that the board lacks, all or nothing, and the switch restarted.

Environment: PORT (serial), HOST or HOSTS (over WiFi), DRY_RUN=1 (status 2 where it would change
something), SOURCE=1 (modules uncompiled).
"""

from __future__ import annotations

import inspect
import os
import re
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import build, settings
from tools.board import connection
from tools.deploy import on_board
from tools.deploy.plan import files
from tools.deploy.steps import Deploy
from tools.errors import UserError, fail, main

WOULD_CHANGE = 2
Say = Callable[[str], None]


def wanted_files(host: str | None) -> dict[str, bytes]:
    """The files that are to be on a board, built from the sources as they are now."""
    config = connection.config_file(host)
    if config.name == settings.CONFIG.name:
        _refuse_example(config)
    with tempfile.TemporaryDirectory() as folder:
        source = os.environ.get("SOURCE") == "1"
        return files(build.build(Path(folder) / "board", source, config))


def _refuse_example(config: Path) -> None:
    if config.read_bytes() == (connection.ROOT / settings.EXAMPLE).read_bytes():
        raise UserError(
            "webrepl_cfg.py has the example's values, password and all",
            "fill it in with `make configure`",
        )


def deploy(host: str | None, wanted: dict[str, bytes], say: Say, progress: Say) -> int:
    """Deploy to one board: exit status 0, or 2 in a dry run that found something to change."""
    board = connection.open_board(host)
    where = board.device_name
    with connection.explained(where):
        connection.enter(board)
        job = Deploy(board, wanted, progress)
        plan = job.survey()
        if job.unfinished:
            say("finishing the deploy that was cut off")
            job.finish()
            plan = job.survey()
        for line in plan.lines():
            say(line)
        changes = not plan.empty or job.manifest_differs
        if not changes or os.environ.get("DRY_RUN") == "1":
            board.exit_raw_repl()
            board.close()
            return WOULD_CHANGE if changes else 0
        lines = job.stage(plan)
        job.record(lines)
        job.finish()
        job.restart()
        board.close()
    with connection.explained(where):
        say(f"running at {_address(host)}")
    return 0


def _address(host: str | None) -> str:
    """Where the switch serves after the restart. UserError where it does not."""
    board = connection.reconnect(host, None)
    connection.enter(board)
    source = inspect.getsource(on_board.address)
    found = connection.call(board, source, "address")
    board.exit_raw_repl()
    board.close()
    assert isinstance(found, dict)
    if not found["serving"]:
        raise UserError("the files are on the board, but the switch is not running", "`make info`")
    virtual = re.search(r"http://\S+", found["machine"])
    return virtual[0] if virtual else f"http://{found['ip']}/"


def _many(hosts: list[str]) -> int:
    """All at once; each board's lines carry its name, each failure is one line of its own."""

    def one(host: str) -> int:
        try:
            wanted = wanted_files(host)
            return deploy(host, wanted, lambda line: print(f"{host}: {line}", flush=True), _quiet)
        except UserError as error:
            return fail(error)

    with ThreadPoolExecutor(len(hosts)) as pool:
        statuses = list(pool.map(one, hosts))
    return 1 if 1 in statuses else max(statuses)


def _quiet(_line: str) -> None:
    pass


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def _say(line: str) -> None:
    _progress("")
    print(line, flush=True)


def run() -> int:
    """Deploy as the environment says."""
    if hosts := (os.environ.get("HOSTS") or "").split():
        return _many(hosts)
    host, _ = connection.host_and_port()
    return deploy(host, wanted_files(host), _say, _progress)


if __name__ == "__main__":
    main(run)

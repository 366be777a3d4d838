"""The suites that tests/run-tests.py runs on one board, by that program itself.

It runs in this process, with one function replaced: behind a test that hung or ended otherwise
than by itself, the board is powered off and on. A test that prints for ever is ended so, too.
"""

import json
import os
import runpy
import socket
import sys
import threading
from pathlib import Path

from tools.errors import UserError
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

from .rig import Checkout, fresh_board, restart

_LIMIT = 150  # s for a test; it also ends where it has printed nothing for 30 s
_ENTER = 20  # s to the prompt, which is a new process here
# Both suites read files of their own: they are copied onto the board, as they would have to be.
_WITH_FILES = "import", "io"


def run(checkout: Checkout, suite: str, files: str, folder: Path, results: Path) -> dict[str, str]:
    """Test -> pass, fail or skip; `results` keeps what a failed test printed."""
    names = checkout.find(suite, files)
    content = checkout.unittest()
    left_out = set() if content else {name for name in names if _needs(checkout, name)}
    if suite in _WITH_FILES:
        content.update(_files(checkout.tests / suite))
    # Some tests connect to this host, and say nothing.
    web = socket.create_server(("127.0.0.1", 0), backlog=100)
    hosts = {"micropython.org": ("203.0.113.5", {80: web.getsockname()[1]})}
    with web, fresh_board(folder, content, hosts=hosts) as board:
        _run_tests(checkout, board, [name for name in names if name not in left_out], results)
    report = json.loads((results / "_results.json").read_text())
    return {**dict.fromkeys(left_out, "skip"), **{row[0]: row[1] for row in report["results"]}}


def _needs(checkout: Checkout, name: str) -> bool:
    return "import unittest" in (checkout.tests / name).read_text()


def _files(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".exp"]
    return {f"/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in found}


def _run_tests(checkout: Checkout, board: VirtualBoard, names: list[str], results: Path) -> None:
    results.mkdir(parents=True, exist_ok=True)
    (results / "_results.json").unlink(missing_ok=True)
    os.environ["MICROPY_CPYTHON3"] = sys.executable
    os.chdir(checkout.tests)
    sys.path.insert(0, str(checkout.tests))
    import test_utils

    test_utils.TEST_ENTER_RAW_REPL_TIMEOUT = _ENTER
    test_utils.TEST_MAXIMUM_RAW_REPL_FAILURES = len(names)
    run_script = test_utils.run_script_on_remote_target

    def run_and_restart(pyb, *arguments):
        limit = threading.Timer(_LIMIT, board.do, (Chip.power_cut,))
        limit.start()
        crashed, output = run_script(pyb, *arguments)
        limit.cancel()
        limit.join()
        if crashed and output != b"SKIP-TOO-LARGE\n":
            restart(board)
            pyb.serial.reset_input_buffer()
        return crashed, output

    test_utils.run_script_on_remote_target = run_and_restart
    sys.argv = ["run-tests.py", "-t", board.serial, "-r", str(results), *names]
    try:
        runpy.run_path("run-tests.py", run_name="__main__")
    except SystemExit as end:
        if not (results / "_results.json").exists():
            raise UserError(f"run-tests.py ended with {end.code}", "see what it says") from None
    finally:
        test_utils.run_script_on_remote_target = run_script

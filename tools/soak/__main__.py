"""`make soak`: a virtual board of its own and all kinds of clients, for many requests.

Environment: COUNT, how many requests (100,000). In the middle somebody types at WebREPL, and later
a changed file is deployed. Status 1 where memory or sockets are lost, or a failure is unexplained.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from tools import build, settings
from tools.deploy import plan
from tools.errors import UserError, main
from tools.soak.clients import VISITS, Site
from tools.soak.measure import Sample, sample, watch
from tools.soak.operators import deploy, type_at_webrepl
from tools.soak.tally import AGAIN, FAILED, Tally
from tools.virtual_board import image, passwords
from tools.virtual_board.board import VirtualBoard

_COUNT = 100_000
_ROUNDS = 10
_TYPING, _DEPLOYING = 3, 6  # rounds
_LOSS = 1024  # bytes of heap, which varies with the requests that are kept to compare with


def _count() -> int:
    text = os.environ.get("COUNT") or str(_COUNT)
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < _ROUNDS:
        raise UserError(f"COUNT={text} is no number of requests", f"give {_ROUNDS} to 999999999")
    return int(text)


def _round(site: Site, count: int, operator: Callable[[], None] | None) -> None:
    """`count` requests by all kinds of clients at once, and whatever the operator does."""
    site.tally.left = count

    def client(visit: Callable[[Site], None]) -> None:
        while site.tally.left > 0:
            visit(site)

    with ThreadPoolExecutor(len(VISITS) + 1) as pool:
        done = [pool.submit(client, visit) for visit in VISITS]
        done += [pool.submit(operator)] if operator else []
        for future in done:
            future.result()


def _verdict(board: VirtualBoard, tally: Tally, samples: list[Sample]) -> list[str]:
    """What is off; nothing where all is as it should be."""
    off = tally.failures[:20]
    # The first requests after a start take memory that is kept; a deploy is followed by a start.
    for some in (samples[1:_DEPLOYING], samples[_DEPLOYING + 1 :]):
        lost = some[0].free - min(one.free for one in some)
        if lost > _LOSS:
            off.append(f"heap: {lost} bytes lost")
    if misuse := board.do(lambda chip: chip.stack.misuse):
        off.append(f"sockets: used {misuse} times after an error")
    # Ctrl-C of a tool that gave up leaves one.
    if board.console.count("Traceback") > tally.counts["deploy", AGAIN]:
        off.append(f"console: {board.console[-1000:]}")
    return off


def soak(board: VirtualBoard, files: dict[str, bytes], password: str, count: int) -> list[str]:
    """`count` requests to a running board that has `files`; what is off."""
    tally = Tally()
    parts = urlsplit(board.http)
    site = Site((parts.hostname or "", parts.port or 0), tally)
    operators: dict[int, Callable[[], None]] = {
        _TYPING: lambda: type_at_webrepl(board, password, tally),
        _DEPLOYING: lambda: deploy(board, password, files, tally),
    }
    watch(board, tally)
    samples: list[Sample] = []
    for number in range(_ROUNDS):
        start, before = time.monotonic(), tally.requests
        _round(site, count // _ROUNDS, operators.get(number))
        each = (time.monotonic() - start) / (tally.requests - before)
        samples.append(sample(board))
        failed = sum(n for (_, outcome), n in tally.counts.items() if outcome == FAILED)
        print(
            f"{tally.requests:>7} requests, {each * 1000:.0f} ms each; {samples[-1]}; "
            f"{failed} unexplained",
            flush=True,
        )
    print("\n".join(["", *tally.table(), ""]))
    return _verdict(board, tally, samples)


def run() -> int:
    """Soak, and say what is off."""
    count = _count()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        config.write_text(passwords.own((build.ROOT / settings.EXAMPLE).read_text()))
        password = str(settings.read(config.read_text())["PASS"])
        tree = build.build(Path(folder) / "board", config=config)
        # As files device/ leaves least memory.
        image.create(Path(folder) / "flash.img", tree, "generic")
        with VirtualBoard(Path(folder) / "flash.img", "generic") as board:
            off = soak(board, plan.files(tree), password, count)
    for line in off:
        print(f"off: {line}")
    print("failed" if off else "all figures are as they should be")
    return 1 if off else 0


if __name__ == "__main__":
    main(run)

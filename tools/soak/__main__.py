"""`make soak`: a virtual board of its own and all kinds of clients, for many requests.

Environment: COUNT, how many requests (100,000); MQTT=1, with MQTT on and a Mosquitto that restarts
in each of the ten rounds. In the middle somebody types at WebREPL, and later a changed file is
deployed. Status 1 where memory or sockets are lost, or a failure is unexplained.
"""

from __future__ import annotations

import contextlib
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
from tools.inputs import switched_on
from tools.soak.clients import VISITS, Site
from tools.soak.measure import Sample, sample, watch
from tools.soak.mosquitto import SETTING, Broker, hosts
from tools.soak.operators import deploy, is_connected, restart_broker, type_at_webrepl
from tools.soak.tally import AGAIN, FAILED, Tally
from tools.virtual_board import image, passwords
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.flash import DEFAULT

_COUNT = 100_000
_ROUNDS = 10
_TYPING, _DEPLOYING = 3, 6  # rounds
_LOSS = 1024  # bytes of heap, which varies with the requests that are kept to compare with


def _count() -> int:
    text = os.environ.get("COUNT") or str(_COUNT)
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < _ROUNDS:
        raise UserError(f"COUNT={text} is no number of requests", f"give {_ROUNDS} to 999999999")
    return int(text)


def _round(site: Site, count: int, operators: list[Callable[[], None]]) -> None:
    """`count` requests by all kinds of clients at once, and whatever the operators do."""
    site.tally.left = count

    def client(visit: Callable[[Site], None]) -> None:
        while site.tally.left > 0:
            visit(site)

    with ThreadPoolExecutor(len(VISITS) + len(operators)) as pool:
        done = [pool.submit(client, visit) for visit in VISITS]
        done += [pool.submit(operator) for operator in operators]
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


def soak(
    board: VirtualBoard,
    files: dict[str, bytes],
    password: str,
    count: int,
    broker: Broker | None,
) -> list[str]:
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
        working = [operators[number]] if number in operators else []
        if broker:
            working.append(lambda: restart_broker(broker, tally))
        _round(site, count // _ROUNDS, working)
        each = (time.monotonic() - start) / (tally.requests - before)
        samples.append(sample(board, links=1 if broker else 0))
        if broker:
            is_connected(board, tally)
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
    count, with_broker = _count(), switched_on("MQTT")
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        text = passwords.own((build.ROOT / settings.EXAMPLE).read_text())
        broker = None
        if with_broker:
            broker = Broker(Path(folder))
            stack.callback(broker.stop)
            broker.start()
            text += SETTING
        config = Path(folder) / "config"
        config.write_text(text)
        password = str(settings.read(config.read_text())["PASS"])
        tree = build.build(Path(folder) / "board", config=config)
        # With files, MQTT has too little room on a board of 64-bit words.
        variant = "romfs" if broker else DEFAULT
        flash, files = Path(folder) / "flash.img", plan.files(tree)
        image.create(flash, files, variant)
        known = hosts(broker.port) if broker else None
        with VirtualBoard(flash, variant, hosts=known) as board:
            off = soak(board, files, password, count, broker)
    for line in off:
        print(f"off: {line}")
    print("failed" if off else "all figures are as they should be")
    return 1 if off else 0


if __name__ == "__main__":
    main(run)

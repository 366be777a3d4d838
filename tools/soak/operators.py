"""Who works at the board while it serves: one types at WebREPL, one deploys, one restarts the
broker.
"""

from __future__ import annotations

import json
import time
from functools import partial
from urllib.parse import urlsplit
from urllib.request import urlopen

from tools.board import session
from tools.board.webrepl import WebreplTransport
from tools.deploy import plan
from tools.deploy.steps import Deploy
from tools.errors import UserError
from tools.soak.mosquitto import Broker
from tools.soak.tally import AGAIN, CLOSED, EXPECTED, FAILED, Answer, Tally
from tools.virtual_board.board import VirtualBoard

_TRIES = 10  # as everybody else, they may find all places taken
_PAUSE = 0.2  # s between two of them
_TYPING = 0.05  # s between two lines
_BOOT = 60  # s
_AWAY = 1.0  # s, for a broker that restarts


def type_at_webrepl(board: VirtualBoard, password: str, tally: Tally) -> None:
    """Lines at the prompt, each with its answer, as long as there are other clients."""
    transport = _log_in(board, password, tally)
    number = 1000
    while tally.left > 0:
        number += 1
        tally.attempt("WebREPL", (200,), partial(_type, transport, number))
        time.sleep(_TYPING)
    transport.close()


def _type(transport: WebreplTransport, number: int) -> Answer:
    transport.serial.write(b"3*%d\r" % number)
    shown = transport.serial.read_until(b"\n>>> ")
    return 200 if b"\n%d" % (3 * number) in shown else CLOSED, shown


def deploy(board: VirtualBoard, password: str, files: dict[str, bytes], tally: Tally) -> None:
    """Deploy `files` with one of them changed, and wait for the restart."""
    changed = {path: text for path, text in files.items() if path != plan.MANIFEST}
    changed["/main.py"] += b"# soaked\n"
    wanted = {**changed, plan.MANIFEST: plan.manifest(changed)}
    for _ in range(_TRIES):
        try:
            boots = board.chip.boots
            with session.raw_repl(_log_in(board, password, tally)) as transport:
                job = Deploy(transport, wanted, lambda text: None)
                job.survey()
                job.apply()
                job.restart()
            board.wait_for(lambda chip, boots=boots: chip.boots > boots, _BOOT)
            tally.restarted = time.monotonic()
            return tally.note("deploy", EXPECTED)
        except UserError:
            tally.note("deploy", AGAIN)
    tally.note("deploy", FAILED, "never came to an end")


def restart_broker(broker: Broker, tally: Tally) -> None:
    """Stop the broker in the middle of a round, and start it again."""
    half = tally.left // 2
    while tally.left > half:
        time.sleep(_PAUSE)
    broker.stop()
    time.sleep(_AWAY)
    broker.start()


def is_connected(board: VirtualBoard, tally: Tally) -> None:
    """Note whether the board says that it is connected to its broker."""
    with urlopen(f"{board.http}status") as answer:
        told = json.load(answer)["mqtt"]
    tally.note("broker", EXPECTED if told == "connected" else FAILED, told)


def _log_in(board: VirtualBoard, password: str, tally: Tally) -> WebreplTransport:
    found: list[WebreplTransport] = []

    def log_in() -> Answer:
        found.append(WebreplTransport(urlsplit(board.webrepl).netloc, password))
        return 200, b"in"

    for _ in range(_TRIES):
        if tally.attempt("WebREPL", (200,), log_in):
            return found[0]
        time.sleep(_PAUSE)
    tally.note("WebREPL", FAILED, "never let in")
    raise TimeoutError("WebREPL lets nobody in")

"""What a virtual board tells about itself: its memory, its connections, when it had no room."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from math import inf

from tools.soak.tally import Tally
from tools.virtual_board.board import HTTP, WEBREPL, VirtualBoard
from tools.virtual_board.chip import Chip
from tools.virtual_board.tcp.syn import Syn

_PLACES = 3  # see device/connection.py
LISTENERS = 2
_FREE = b"import gc;gc.collect();print('free',gc.mem_free())\r"
_TOLD = re.compile(rb"free (\d+)\r\n")


@dataclass(frozen=True)
class Sample:
    """Free heap after a collection, open sockets, TCP connections."""

    free: int
    sockets: int
    connections: int

    def __str__(self) -> str:
        return f"heap {self.free} free, {self.sockets} sockets, {self.connections} connections"


def free_heap(board: VirtualBoard) -> int:
    """Free heap after a collection, as the board's own prompt tells it."""
    mark = len(board.console)
    told: list[re.Match[bytes]] = []
    board.do(lambda chip: chip.terminal.put(_FREE))
    # The whole line: it may come in pieces.
    board.wait_for(
        lambda chip: told.extend(_TOLD.finditer(board.printed_since(mark))) or bool(told)
    )
    return int(told[0][1])


def settle(board: VirtualBoard, links: int = 0) -> None:
    """Wait until only the listeners are left, and `links` connections of the board's own, and no
    event is under way. TimeoutError.

    The server's ticks may go on: in the first minute after a boot they do.
    """
    board.wait_for(
        lambda chip: (
            chip.stack.active_pcbs == chip.stack.outgoing == links
            and chip.stack.open_sockets == LISTENERS + links
            and chip.events_done
        )
    )


def sample(board: VirtualBoard, links: int = 0) -> Sample:
    """The figures when all clients have gone. TimeoutError where one leaves something behind."""
    settle(board, links)
    free = free_heap(board)
    return board.do(lambda chip: Sample(free, chip.stack.open_sockets, chip.stack.active_pcbs))


def watch(board: VirtualBoard, tally: Tally) -> None:
    """Have `tally` told when a client comes for whom there is no place, and when it restarts."""
    board.do(lambda chip: _watch(chip, tally))


def _watch(chip: Chip, tally: Tally) -> None:
    def clients() -> int:
        waiting = sum(len(s.queue) for n in (HTTP, WEBREPL) if (s := chip.stack.listener(n)))
        session = chip.terminal.sock >= 0
        return chip.stack.open_sockets - chip.stack.outgoing - LISTENERS - session + waiting

    arrive, reset = chip.stack.syns.arrive, chip.hard_reset

    def arriving(syn: Syn) -> None:
        if clients() >= _PLACES:
            tally.crowded = time.monotonic()
        arrive(syn)

    def resetting(*cause: int) -> None:
        tally.restarted = inf  # until who asked for it finds the board again
        reset(*cause)

    chip.stack.syns.arrive = arriving  # type: ignore[method-assign]
    chip.hard_reset = resetting  # type: ignore[method-assign]

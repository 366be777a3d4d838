"""Make tables of what was measured: for a terminal, and for docs/performance.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench.boot import Stage
from tools.bench.clock import ADDITIONS, BESIDE
from tools.bench.instructions import Counts
from tools.bench.server import FLOOR, MICRODOT, SERVERS, SWITCH
from tools.errors import UserError

_BEGIN = "<!-- `make bench` writes from here -->\n"
_END = "<!-- to here -->\n"
BLOCKS = "blocks"


@dataclass
class Figures:
    """All figures of one server. Latencies in s: median and 99th percentile."""

    runs: list[Counts]  # the last is the whole of it
    allocated: float
    kept: int
    one: tuple[float, float]
    three: tuple[float, float]


@dataclass
class Table:
    """`note` says how its figures were obtained."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str


def tables(
    figures: dict[str, Figures], additions: dict[str, list[float]], boot: Sequence[Stage]
) -> list[Table]:
    """All of it."""
    return [
        _requests(figures),
        _latency(figures),
        *_crowds(figures),
        _repeated(figures),
        _clock(additions),
        _boot(boot),
    ]


def _requests(figures: dict[str, Figures]) -> Table:
    def counts(of: Callable[[Figures], float]) -> list[str]:
        floor = of(figures[FLOOR])
        return [f"{of(f):,.0f} ({of(f) / floor:.1f})" for f in figures.values()]

    last = [counts(lambda f: f.runs[-1].at_once), counts(lambda f: f.runs[-1].apart)]
    heap = [counts(lambda f: f.allocated), counts(lambda f: f.kept)]
    ours, theirs = (figures[name].runs[-1] for name in (SWITCH, MICRODOT))
    return Table(
        "One `GET /led`",
        ("", "instructions", "in three parts", "bytes allocated", "heap kept"),
        list(zip(SERVERS, *last, *heap)),
        "In brackets: multiples of the floor. Instructions are counted by valgrind's callgrind: "
        "the difference between 300 and 100 requests, divided by 200. The request arrives "
        "together with its connection, or in three parts: the connection, the request and the "
        "client's close each arrive when the server is idle, as over a network. For these counts, "
        "the clock advances by a millisecond each time it is read, and no timeout expires, so "
        "that they do not depend on the PC. This adds 2 to 4 % to the switch. Bytes allocated: "
        "`gc.mem_alloc()` with the collector off, by the same difference. Heap kept: "
        "`gc.mem_alloc()` after the first request and a collection, minus its value before the "
        "import. For the switch, this is the whole bundle with its page. "
        f"The switch needs 1/{theirs.at_once / ours.at_once:.1f} of Microdot's instructions, "
        f"in three parts 1/{theirs.apart / ours.apart:.1f}.",
    )


def _latency(figures: dict[str, Figures]) -> Table:
    floor = figures[FLOOR]
    rows = []
    for name, f in figures.items():
        ratios = [a / b for a, b in zip((*f.one, *f.three), (*floor.one, *floor.three))]
        rows.append((name, *(f"{ratio:.2f}" for ratio in ratios)))
    return Table(
        "Time to the first byte, as a multiple of the floor's",
        ("", "one client: median", "99 %", "three clients: median", "99 %"),
        rows,
        "From connect() to the first byte: 1,000 requests in 10 rounds, in which the servers take "
        "turns. Three clients send their requests at the same time. The 99th percentiles depend "
        "more on the PC than on the servers. On this PC, the floor's median was "
        f"{floor.one[0] * 1e6:.0f} µs for one client and {floor.three[0] * 1e6:.0f} µs for three. "
        "This says nothing about the chip.",
    )


def _crowds(figures: dict[str, Figures]) -> list[Table]:
    asking, silent = ([], [])
    for name, f in figures.items():
        asking.append((name, *map(_count, f.runs[-1].asking)))
        silent.append((name, *map(_count, f.runs[-1].silent)))
    return [
        Table(
            "Instructions for each request, with more connections",
            ("", *(f"{i + 1} at once" for i in range(len(asking[0]) - 1))),
            asking,
            "All clients connect and send at the same moment. Counted as above, with fewer "
            "requests. The switch has three slots: from the fourth client on, it closes a "
            "connection that has its answer, and no longer waits for that client to close first.",
        ),
        Table(
            "Instructions for each request, with more silent connections",
            ("", *(f"{i} silent" for i in range(len(silent[0]) - 1))),
            silent,
            "One client sends requests while others are connected and silent. "
            f"{BLOCKS.capitalize()}: no answer within 2 s.",
        ),
    ]


def _repeated(figures: dict[str, Figures]) -> Table:
    rows = []
    for name, f in figures.items():
        counts = [run.apart for run in f.runs]
        differ = max(counts) / min(counts) - 1
        rows.append((name, *(f"{count:,.0f}" for count in counts), f"{differ:.2%}"))
    return Table(
        "Two runs compared",
        ("", "first run", "second run", "difference"),
        rows,
        "In three parts, as above. Each run is a separate process.",
    )


def _clock(additions: dict[str, list[float]]) -> Table:
    rows = [
        (kind, *(f"{count:,.0f} ({count / counts[0]:.1f})" for count in counts))
        for kind, counts in additions.items()
    ]
    return Table(
        "One addition at the prompt",
        ("device/ as", *BESIDE),
        rows,
        f"Instructions for one turn of a loop of {ADDITIONS:,} additions, in brackets as a "
        "multiple of those without the switch. The clock ticks while something is due: a client, "
        "a job of MQTT, mDNS or another feature, and in the first minute after a boot. It ticks "
        "as often as the interpreter looks for callbacks, so once in each turn. At rest, nothing "
        "is called. Here, the sockets are the PC's, and what its kernel does is not counted.",
    )


def _boot(boot: Sequence[Stage]) -> Table:
    total, read = sum(s.ms for s in boot), sum(s.read for s in boot)
    rows = [(s.name, f"{s.ms / total:.0%}", f"{s.ms:.0f}", f"{s.read / 1024:.0f}") for s in boot]
    return Table(
        "From reset to serving",
        ("until", "share", "ms of the virtual board", "KiB read from flash"),
        [*rows, ("all", "100%", f"{total:.0f}", f"{read / 1024:.0f}")],
        "Medians of five resets of a board that knows its network, measured by the calls that "
        "reach the virtual chip. The milliseconds depend on the PC. The first stage is the start "
        "of the interpreter, the network is there 300 ms after the reset, and each flash access "
        "costs a message.",
    )


def _count(value: float | None) -> str:
    return BLOCKS if value is None else f"{value:,.0f}"


def text(table: Table) -> str:
    """For a terminal."""
    grid = [table.head, *table.rows]
    widths = [max(map(len, column)) for column in zip(*grid)]
    lines = [table.title.replace("`", "")]
    for row in grid:
        first, *rest = (cell.rjust(width) for cell, width in zip(row, widths))
        lines.append("  ".join(["", row[0].ljust(len(first)), *rest]))
    return "\n".join(lines) + "\n"


def markdown(table: Table) -> str:
    """For the document."""
    rule = ["---", *["--:"] * (len(table.head) - 1)]
    lines = [f"| {' | '.join(row)} |" for row in (table.head, rule, *table.rows)]
    return "\n".join([f"## {table.title}", "", *lines, "", table.note, ""])


def renewed(document: Path, made: Sequence[Table]) -> str:
    """`document` with the tables between its two marks; the rest of it is written by hand."""
    before, begin, rest = document.read_text("utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise UserError(f"{document} lacks its two marks", f"put them back: {_BEGIN}{_END}")
    body = "\n".join(map(markdown, made))
    return f"{before}{_BEGIN}\n{body}\n{_END}{after}"

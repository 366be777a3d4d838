"""Measure the switch and its baselines; print the tables and write build/performance.*.

WRITE=1 writes docs/performance.* instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.bench import boot, callgrind, clock, heap, instructions, latency, plot, report
from tools.bench.report import Figures
from tools.bench.server import SERVERS, compile_all
from tools.errors import main
from tools.inputs import results_folder
from tools.paths import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"
_TREE = ROOT / "build" / "bench"
_AT_ONCE = 2  # servers that are counted at the same time, which changes no count


def measure(tree: Path) -> dict[str, Figures]:
    """All figures of all servers."""
    _say("time to the first byte")
    one, three = (latency.measure(tree, clients) for clients in (1, 3))
    _say("bytes")
    allocated = {name: heap.allocated(tree, name) for name in SERVERS}
    kept = {name: heap.kept(tree, name) for name in SERVERS}
    _say("instructions, which takes a minute or two")
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        runs = {
            name: [pool.submit(instructions.count, tree, name, whole) for whole in (False, True)]
            for name in SERVERS
        }
        counts = {name: [run.result() for run in both] for name, both in runs.items()}
    finally:
        pool.shutdown(cancel_futures=True)
    return {
        name: Figures(counts[name], allocated[name], kept[name], one[name], three[name])
        for name in SERVERS
    }


def picture(figures: dict[str, Figures]) -> str:
    """The plot, as SVG."""
    last = {name: f.runs[-1] for name, f in figures.items()}
    return plot.draw(
        [
            (
                "Instructions for one GET /led, logarithmic",
                {name: c.at_once for name, c in last.items()},
            ),
            (
                "Bytes allocated for it, logarithmic",
                {name: f.allocated for name, f in figures.items()},
            ),
        ],
        [
            ("… with more clients that ask", 1, {name: c.asking for name, c in last.items()}),
            ("… with more silent clients", 0, {name: c.silent for name, c in last.items()}),
        ],
    )


def _say(what: str) -> None:
    print(f"measuring {what}", flush=True)


def _main() -> None:
    callgrind.check()
    folder = results_folder()
    tree = compile_all(_TREE)
    figures = measure(tree)
    _say("the clock")
    additions = clock.measure(tree)
    _say("boot")
    made: Sequence[report.Table] = report.tables(figures, additions, boot.measure())
    print()
    for table in made:
        print(report.text(table))
    document, plotted = folder / "performance.md", folder / "performance.svg"
    document.write_text(report.renewed(DOCUMENT, made), "utf-8")
    plotted.write_text(picture(figures), "utf-8")
    print(f"written to {document.relative_to(ROOT)} and {plotted.relative_to(ROOT)}")


if __name__ == "__main__":
    main(_main)

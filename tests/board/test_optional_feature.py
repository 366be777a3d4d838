"""An optional feature needs a module and two lines: the example of docs/architecture.md does."""

import re
from collections.abc import Callable
from pathlib import Path

import client
from tool_rig import ROOT

from tools import build
from tools.virtual_board.board import VirtualBoard

DOCUMENT = ROOT / "docs" / "architecture.md"
HOOK = "    server.listen(api)\n"


def add_the_feature(tree: Path) -> None:
    """Put the document's module and its lines in switch.py into a copy of the bundle."""
    module, start = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    switch = (ROOT / "device" / "switch.py").read_text()
    assert switch.count(HOOK) == 1
    for name, text in {"uptime": module, "switch": switch.replace(HOOK, start + HOOK)}.items():
        code = build.compile_source(f"{name}.py", text)
        (tree / "device" / f"{name}.mpy").write_bytes(code)


def seconds(board: VirtualBoard) -> int:
    status, body = client.request(board.http, "GET", "/uptime.txt")
    assert status == 200
    return int(body)


def test_the_example_of_an_optional_feature_serves_and_counts_while_nobody_asks(
    make_board: Callable[..., VirtualBoard],
) -> None:
    board = make_board(add_the_feature)
    before = seconds(board)
    for _ in range(5):
        board.do(lambda chip: chip.clock.advance(1000))
    # A request may be answered before the jobs that are due; they run behind it.
    counted = next(n for _ in range(20) if (n := seconds(board) - before) >= 5)
    assert counted <= 15
    assert client.request(board.http, "POST", "/uptime.txt", b"")[0] == 405
    assert client.led(board.http) is False
    assert "Traceback" not in board.console

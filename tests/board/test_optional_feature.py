"""An optional feature needs a module and a setting: the example of docs/architecture.md does."""

import re
from collections.abc import Callable
from pathlib import Path

import client
import pytest
from tool_rig import ROOT

from tools import build, settings_table, settings_texts
from tools.virtual_board.board import VirtualBoard

DOCUMENT = ROOT / "docs" / "architecture.md"
MODULE, ROW = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.fixture
def add_the_feature(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Puts the document's module and setting into a copy of the bundle."""
    setting = eval(ROW, {"Setting": settings_table.Setting})
    monkeypatch.setattr(settings_texts, "OPTIONAL", (*settings_table.OPTIONAL, setting))
    options = (ROOT / "device" / "options.py").read_text()
    options = settings_texts.put_between(options, settings_texts.options(), settings_texts.MARK)

    def add(tree: Path) -> None:
        for name, text in {"uptime": MODULE, "options": options}.items():
            code = build.compile_source(f"{name}.py", text)
            (tree / "device" / f"{name}.mpy").write_bytes(code)
        with (tree / "webrepl_cfg.py").open("a") as file:
            file.write("UPTIME = True\n")

    return add


def seconds(board: VirtualBoard) -> int:
    status, body = client.request(board.http, "GET", "/uptime.txt")
    assert status == 200
    return int(body)


def test_the_example_of_an_optional_feature_serves_and_counts_while_nobody_asks(
    make_board: Callable[..., VirtualBoard],
    add_the_feature: Callable[[Path], None],
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

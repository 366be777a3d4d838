"""The table of the boards, for a terminal or a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.fleet.boards import Board
from tools.info import duration

_TITLES = ("id", "name", "version", "address", "signal", "uptime", "last error", "online")
_WHOLE = ("id", "address", "online")
_WIDE = 240  # columns, if no terminal limits them
_UNKNOWN = "?"


def table(boards: Iterable[Board]) -> str:
    """Make a row for each board, with "?" for what its topics do not say."""
    shown = Table(box=SIMPLE_HEAD, show_edge=False, padding=0)
    for title in _TITLES:
        # On a narrow terminal, the other columns are wrapped, so that nothing is left out.
        shown.add_column(title, no_wrap=title in _WHOLE, overflow="fold")
    for board in boards:
        style = "red" if board.online is False else ""
        # As Text, so that nothing in them is markup.
        shown.add_row(*map(Text, _cells(board)), style=style)
    terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, width=None if terminal else _WIDE)
    with console.capture() as captured:
        console.print(shown)
    # Without a terminal, spaces up to the table's width are only in the way.
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _cells(board: Board) -> list[str]:
    signal = None if board.rssi is None else f"{board.rssi} dBm"
    uptime = None if board.uptime_s is None else duration(board.uptime_s)
    online = {True: "yes", False: "no", None: None}[board.online]
    texts = [board.name, board.version, board.ip, signal, uptime, board.last_error, online]
    return [board.id, *(_UNKNOWN if text is None else text for text in texts)]

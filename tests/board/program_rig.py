"""A board that runs a program of a test as its main.py, with nothing of the bundle on it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

JOIN = """\
import network, socket, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.connect("home", "correct horse")
while not sta.isconnected():
    time.sleep_ms(10)
"""


@pytest.fixture
def run_program(tmp_path: Path) -> Iterator[Callable[..., VirtualBoard]]:
    """run_program(program, **VirtualBoard's own): a board that has started it."""
    boards = []

    def start(program: str, **options: object) -> VirtualBoard:
        tree = tmp_path / str(len(boards))
        tree.mkdir()
        (tree / "main.py").write_text(program)
        image.create(tree.with_suffix(".img"), tree)
        options.setdefault("air", Air({"home": "correct horse"}))
        board = VirtualBoard(tree.with_suffix(".img"), **options)
        boards.append(board)
        board.do(lambda chip: chip.power_on())
        return board

    yield start
    for board in boards:
        board.close()


def says(board: VirtualBoard, text: str) -> None:
    """Wait until the board has printed this."""
    board.wait_for(lambda chip: text in board.console)

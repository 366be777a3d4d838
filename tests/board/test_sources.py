"""A module that somebody edits on the board, as source beside the others: the switch runs on."""

from collections.abc import Callable
from pathlib import Path

import client
import pytest

from tools import build
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

MODULES = [Path(path).stem for path in build.sources() if path.startswith("device/")]


@pytest.mark.parametrize("name", MODULES)
def test_any_one_module_as_source_boots_and_serves(
    make_board: Callable[..., VirtualBoard], name: str
) -> None:
    def change(tree: Path) -> None:
        (tree / f"device/{name}.mpy").unlink()
        (tree / f"device/{name}.py").write_text(build.sources()[f"device/{name}.py"])

    board = make_board(change, air=Air({"home": "correct horse"}))
    assert client.set_led(board.http, True) and client.led(board.http)
    for path in ("/", "/status"):
        status, _ = client.request(board.http, "GET", path, Accept_Encoding="gzip")
        assert status == 200, board.console

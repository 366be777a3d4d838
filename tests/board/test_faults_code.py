"""Code that raises while the switch serves: the client gets 500, and the error is told."""

import json
from collections.abc import Callable
from pathlib import Path

import client
import pytest
from fault_rig import HOME

from tools import build
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.gpio import BUTTON
from tools.virtual_board.hardware.wlan import Air

Make = Callable[..., VirtualBoard]


def broken(module: str, function: str) -> Callable[[Path], None]:
    """Have a function of a module of device/ raise a KeyError, in a board's tree."""

    def change(tree: Path) -> None:
        source = (build.ROOT / "device" / f"{module}.py").read_text()
        assert source.count(function) == 1
        source = source.replace(function, f'{function}\n    {{}}["oops"]')
        code = build.compile_source(f"device/{module}.py", source)
        (tree / "device" / f"{module}.mpy").write_bytes(code)

    return change


def last_error(board: VirtualBoard) -> str:
    return json.loads(client.request(board.http, "GET", "/status")[1])["last_error"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_request_whose_code_raises_gets_500_and_the_error_is_told(
    make_board: Make, method: str
) -> None:
    board = make_board(broken("api", "def _page(*_):"), air=Air(HOME))
    for _ in range(3):
        status, body = client.request(board.http, method, "/")
        assert (status, body) == (500, b"Failed\n" if method == "GET" else b"")
    assert client.led(board.http) is False
    assert last_error(board).startswith('"device.api", line ')
    assert last_error(board).endswith("in _page KeyError: oops")


def test_a_button_whose_code_raises_tells_its_error(make_board: Make) -> None:
    board = make_board(broken("led", "def toggle():"), air=Air(HOME))
    board.do(lambda chip: chip.gpio.drive_from_outside(BUTTON, 0))
    assert client.led(board.http) is False
    assert last_error(board).endswith("in toggle KeyError: oops")

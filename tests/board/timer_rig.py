"""Boards with settings of a test, and a light that goes off by itself."""

from collections.abc import Callable

import client
import pytest
from deploy_rig import Files, Target, changed

from tools.virtual_board.board import VirtualBoard

Make = Callable[..., Target]


def with_settings(files: Files, *lines: str) -> Files:
    """The bundle with these lines at the end of webrepl_cfg.py."""
    text = files["/webrepl_cfg.py"].decode() + "\n".join([*lines, ""])
    return changed(files, **{"webrepl_cfg.py": text.encode()})


def lit(board: VirtualBoard) -> bool:
    """Whether the relay has power."""
    return board.do(lambda chip: chip.gpio.led())


def goes_off(board: VirtualBoard, within: int) -> None:
    """By itself, so many seconds of the chip's clock from now at the latest."""
    for _ in range(within):
        board.do(lambda chip: chip.clock.advance(1000))
        client.led(board.http)
        if not lit(board):
            return
    raise AssertionError("it is still on")


@pytest.fixture
def make_with(make_target: Make, files: Files) -> Callable[..., Target]:
    """make_with(*settings, variant=): a target with the bundle and these settings."""
    return lambda *lines, variant="generic": make_target(with_settings(files, *lines), variant)

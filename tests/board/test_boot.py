"""Whatever is wrong, the board reaches its prompt, says what it is, and lets its owner in."""

from collections.abc import Callable
from pathlib import Path

import client
import pytest
from fault_rig import HOME, boot, complaints, prompt_answers

from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.wlan import Air


def test_without_a_configuration_it_says_how_to_set_a_password(make_board: Callable) -> None:
    board = make_board(lambda tree: (tree / "webrepl_cfg.py").unlink())
    assert any("set PASS in webrepl_cfg.py" in line for line in complaints(board))
    assert board.do(lambda chip: chip.stack.listener(80)) is not None


@pytest.mark.parametrize("memory", [b"", b"\xff" * 492, b"garbage", bytes(128)])
def test_corrupt_rtc_memory_is_a_light_that_is_off(make_board: Callable, memory: bytes) -> None:
    board = make_board(air=Air(HOME))
    client.set_led(board.http, True)

    def corrupt(chip: Chip) -> None:
        chip.rtc_memory = memory
        chip.hard_reset()

    boot(board, corrupt)
    assert client.led(board.http) is False
    prompt_answers(board)


def test_a_typing_error_in_the_configuration_is_named_by_its_line(make_board: Callable) -> None:
    def break_it(tree: Path) -> None:
        (tree / "webrepl_cfg.py").write_text(f"PASS = {client.PASSWORD!r}\nWIFI_SSID = 'home\n")

    board = make_board(break_it, air=Air(HOME))
    assert any("webrepl_cfg.py" in line for line in complaints(board))
    assert client.PASSWORD not in board.console

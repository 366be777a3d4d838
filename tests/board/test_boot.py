"""Whatever is wrong, the board reaches its prompt, says what it is, and lets its owner in."""

from collections.abc import Callable
from pathlib import Path

import client
import pytest

from tools.board.webrepl import WebreplTransport
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.wlan import Air

HOME = {"home": "correct horse"}
MODULES = "api button config http led pages retained safe_mode server status switch wifi".split()


def log_in(board: VirtualBoard) -> None:
    """Into WebREPL, and back out."""
    prompt = WebreplTransport(board.webrepl.split("/")[2], client.PASSWORD)
    prompt.enter_raw_repl(soft_reset=False)
    assert prompt.eval("1+1") == 2
    prompt.exit_raw_repl()
    prompt.close()


def complaints(board: VirtualBoard) -> list[str]:
    lines = board.console.replace("\r", "").split("\n")
    assert not any("Traceback" in line for line in lines), board.console
    return [line for line in lines if line.startswith(("boot: ", "main.py: ", "switch: "))]


def test_without_a_configuration_it_says_how_to_set_a_password(make_board: Callable) -> None:
    board = make_board(lambda tree: (tree / "webrepl_cfg.py").unlink())
    assert any("set PASS in webrepl_cfg.py" in line for line in complaints(board))
    assert board.do(lambda chip: chip.stack.listener(80)) is not None


@pytest.mark.parametrize(
    ("air", "what"),
    [({"home": "another password"}, "wrong password"), ({}, "no such network")],
)
def test_without_wifi_it_says_why(make_board: Callable, air: dict, what: str) -> None:
    board = make_board(air=Air(air))
    assert any(what in line for line in complaints(board))
    assert board.do(lambda chip: chip.wlan.ap_on) is False, "the firmware's own access point is on"


def test_without_wifi_its_own_access_point_lets_its_owner_in(make_board: Callable) -> None:
    def with_access_point(tree: Path) -> None:
        (tree / "webrepl_cfg.py").write_text(client.CONFIG + 'AP_PASSWORD = "let me in"\n')

    board = make_board(with_access_point, air=Air({}))
    ap = board.do(lambda chip: (chip.wlan.ap_on, dict(chip.wlan.ap)))
    assert ap[0] and ap[1]["key"] == "let me in" and ap[1]["security"] == 3
    log_in(board)
    assert client.led(board.http) is False
    board.do(lambda chip: setattr(chip.wlan.air, "networks", HOME))
    board.wait_for(lambda chip: chip.wlan.isconnected(0))
    client.led(board.http)
    board.wait_for(lambda chip: not chip.wlan.ap_on)


@pytest.mark.parametrize("memory", [b"", b"\xff" * 492, b"garbage", bytes(128)])
def test_corrupt_rtc_memory_is_a_light_that_is_off(make_board: Callable, memory: bytes) -> None:
    board = make_board(air=Air(HOME))
    boots = board.do(lambda chip: chip.boots)

    def corrupt(chip: object) -> None:
        chip.rtc_memory = memory  # type: ignore[attr-defined]
        chip.hard_reset()  # type: ignore[attr-defined]

    board.do(corrupt)
    board.wait_for(lambda chip: chip.boots > boots)
    assert client.led(board.http) is False
    log_in(board)


@pytest.mark.parametrize("module", MODULES)
def test_a_lost_module_costs_what_it_does_and_nothing_else(
    make_board: Callable, module: str
) -> None:
    board = make_board(lambda tree: (tree / f"device/{module}.mpy").unlink(), air=Air(HOME))
    assert complaints(board)
    if module == "wifi":  # nobody can come in, but on a board that had joined before
        assert board.do(lambda chip: chip.stack.listener(8266)) is not None
    else:
        log_in(board)


def test_a_lost_webrepl_door_leaves_the_stock_one(make_board: Callable) -> None:
    board = make_board(lambda tree: (tree / "device/webrepl_door.mpy").unlink(), air=Air(HOME))
    log_in(board)


def test_a_typing_error_in_the_configuration_is_named_by_its_line(make_board: Callable) -> None:
    def break_it(tree: Path) -> None:
        (tree / "webrepl_cfg.py").write_text(f"PASS = {client.PASSWORD!r}\nWIFI_SSID = 'home\n")

    board = make_board(break_it, air=Air(HOME))
    assert any("webrepl_cfg.py" in line for line in complaints(board))
    assert client.PASSWORD not in board.console

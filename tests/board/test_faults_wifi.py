"""WiFi that goes, comes back elsewhere, or is never there: the switch is there when WiFi is."""

import json
from collections.abc import Callable
from pathlib import Path

import client
import pytest
from fault_rig import GET, HOME, Victim, answers, boot, complaints, connections, prompt_answers

from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.gpio import BUTTON
from tools.virtual_board.hardware.wlan import Air

MINUTE = 60_000  # ms


def lose_wifi(victim: Victim) -> None:
    victim.board.do(lambda chip: setattr(chip.wlan.air, "networks", {}))
    victim.board.wait_for(lambda chip: not chip.stack.link_up)


def find_wifi(victim: Victim) -> None:
    victim.board.do(lambda chip: setattr(chip.wlan.air, "networks", HOME))
    victim.board.wait_for(lambda chip: chip.stack.link_up)


@pytest.mark.parametrize("said", [b"", GET[:9], GET], ids=["silent", "half", "whole"])
def test_after_a_minute_without_wifi_everybody_is_served(victim: Victim, said: bytes) -> None:
    with victim.suffers() as board, connections(board.http, 2) as socks:
        for sock in socks:
            sock.sendall(said[:-2])
        answers(board)
        lose_wifi(victim)
        for sock in socks:
            sock.sendall(said[-2:])  # lost in the air for the time being
        board.do(lambda chip: chip.clock.advance(MINUTE))
        find_wifi(victim)
        assert answers(board) is True


def test_at_a_new_address_the_switch_is_served_and_says_which_it_is(victim: Victim) -> None:
    with victim.suffers() as board:
        lose_wifi(victim)
        board.do(lambda chip: setattr(chip.wlan, "address", "10.0.0.9"))
        find_wifi(victim)
        try:
            assert answers(board) is True
            assert json.loads(client.request(board.http, "GET", "/status")[1])["ip"] == "10.0.0.9"
        finally:
            board.do(lambda chip: setattr(chip.wlan, "address", "192.168.1.42"))


def press(chip: Chip) -> None:
    chip.gpio.drive_from_outside(BUTTON, 0)


@pytest.mark.parametrize(
    ("networks", "why"),
    [({"home": "another password"}, "wrong password"), ({}, "no such network")],
)
def test_without_wifi_the_button_works_and_when_it_comes_the_page_does(
    make_board: Callable, networks: dict, why: str
) -> None:
    board = make_board(start=False, air=Air(networks))
    boot(board)
    assert any(why in line for line in complaints(board))
    assert board.do(lambda chip: chip.wlan.ap_on) is False, "the firmware's own access point is on"
    board.do(press)
    board.wait_for(lambda chip: chip.gpio.led())
    board.do(lambda chip: setattr(chip.wlan.air, "networks", HOME))
    board.wait_for(lambda chip: chip.stack.link_up)
    assert answers(board) is True
    prompt_answers(board)


def test_without_wifi_its_own_access_point_lets_its_owner_in(make_board: Callable) -> None:
    def with_access_point(tree: Path) -> None:
        (tree / "webrepl_cfg.py").write_text(client.CONFIG + 'AP_PASSWORD = "let me in"\n')

    board = make_board(with_access_point, start=False, air=Air({}, scan_ms=1))
    boot(board)
    assert not board.do(lambda chip: chip.wlan.ap_on)  # a router may just be slower
    boots = board.chip.boots
    board.wait_for(lambda chip: chip.clock.advance(200) or chip.boots > boots, 60)
    ap = board.do(lambda chip: (chip.wlan.ap_on, dict(chip.wlan.ap)))
    assert ap[0] and ap[1]["key"] == "let me in" and ap[1]["security"] == 3
    board.wait_for(lambda chip: chip.stack.link_up)
    prompt_answers(board)
    assert client.request(board.http, "GET", "/")[0] == 200
    boots = board.chip.boots
    board.do(lambda chip: setattr(chip.wlan.air, "networks", HOME))
    board.wait_for(lambda chip: chip.clock.advance(200) or chip.boots > boots, 60)
    assert not board.do(lambda chip: chip.wlan.ap_on)
    assert answers(board) is False

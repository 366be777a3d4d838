"""The page while the board is off or out of reach."""

import client
from playwright.sync_api import Page, expect

from tests.browser.conftest import NETWORKS, shows
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

AWAY = "Not answering"


def switch_off(chip: Chip) -> None:
    """Connections are refused at once."""
    chip.power_cut()


def lose_wifi(chip: Chip) -> None:
    """Nothing comes back, not even a refusal."""
    chip.wlan.air.networks.clear()


def test_a_board_that_was_switched_off_is_shown_so_and_comes_back_by_itself(
    board: VirtualBoard, page: Page, trouble: list[str]
) -> None:
    line = page.get_by_role("status")
    client.set_led(board.http, True)
    shows(page, "On")
    board.do(switch_off)
    expect(line).to_have_text(AWAY, timeout=5000)
    page.get_by_role("switch").click()
    expect(line).to_have_text(AWAY)
    board.start()
    # A power cut takes the state with it; what was pressed meanwhile does not come true now.
    shows(page, "Off")
    assert client.led(board.http) is False
    trouble.clear()
    page.get_by_role("switch").click()
    board.wait_for(lambda chip: chip.gpio.led())


def test_a_board_out_of_reach_is_shown_so_and_comes_back_by_itself(
    board: VirtualBoard, page: Page, trouble: list[str]
) -> None:
    line = page.get_by_role("status")
    shows(page, "Off")
    board.do(lose_wifi)
    board.wait_for(lambda chip: not chip.stack.link_up)
    expect(line).to_have_text(AWAY, timeout=5000)
    board.do(lambda chip: chip.wlan.air.networks.update(NETWORKS))
    shows(page, "Off")
    trouble.clear()

"""The page while things go wrong: the board is off, out of reach, or much in demand."""

from collections.abc import Callable
from pathlib import Path

import client
from playwright.sync_api import Page, Playwright, expect
from test_hold import heap, settled

from tests.browser.conftest import ARGS, CHROMIUM, NETWORKS
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

AWAY = "Not answering"
POLLS = 100  # of each page
# Time runs 50 times as fast for a page.
HURRY = """
    const wait = setTimeout;
    window.setTimeout = (action, delay) => wait(action, delay / 50);
"""


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
    expect(line).to_have_text("On")
    board.do(switch_off)
    expect(line).to_have_text(AWAY, timeout=5000)
    page.get_by_role("switch").click()
    expect(line).to_have_text(AWAY)
    board.start()
    # A power cut takes the state with it; what was pressed meanwhile does not come true now.
    expect(line).to_have_text("Off")
    assert client.led(board.http) is False
    trouble.clear()
    page.get_by_role("switch").click()
    board.wait_for(lambda chip: chip.gpio.led())


def test_a_board_out_of_reach_is_shown_so_and_comes_back_by_itself(
    board: VirtualBoard, page: Page, trouble: list[str]
) -> None:
    line = page.get_by_role("status")
    expect(line).to_have_text("Off")
    board.do(lose_wifi)
    board.wait_for(lambda chip: not chip.stack.link_up)
    expect(line).to_have_text(AWAY, timeout=5000)
    board.do(lambda chip: chip.wlan.air.networks.update(NETWORKS))
    expect(line).to_have_text("Off")
    trouble.clear()


def test_silent_connections_that_chromium_opens_in_advance_keep_nobody_out(
    board: VirtualBoard, playwright: Playwright, tmp_path: Path
) -> None:
    # What has no profile, or is not to use the network by itself, opens none in advance.
    browser = playwright.chromium.launch_persistent_context(
        tmp_path,
        executable_path=CHROMIUM,
        args=ARGS,
        ignore_default_args=["--disable-background-networking"],
    )
    hint = f"<link rel=preconnect href={board.http}>"
    for number in range(5):
        page = browser.new_page()
        site = f"http://site-{number}.example/"
        page.route(site, lambda route: route.fulfill(content_type="text/html", body=hint))
        page.goto(site)
    board.wait_for(lambda chip: chip.stack.active_pcbs >= 3)
    for _ in range(3):
        page = browser.new_page()
        page.goto(board.http)
        expect(page.get_by_role("status")).to_have_text("Off")
        page.get_by_role("switch").click()
        board.wait_for(lambda chip: chip.gpio.led())
        client.set_led(board.http, False)
    browser.close()


def test_three_pages_are_all_answered_and_take_no_memory(
    board: VirtualBoard, open_page: Callable[..., Page]
) -> None:
    pages = [open_page() for _ in range(3)]
    for page in pages:
        page.wait_for_timeout(1000)  # until all is allocated that is allocated once
    for page in pages:
        page.goto("about:blank")
    settled(board)
    before = heap(board)
    asked = []
    for page in pages:
        page.add_init_script(HURRY)
        page.on("requestfinished", lambda request: asked.append(request.url))
        page.goto(board.http)
    while len(asked) < 3 * POLLS:
        pages[0].wait_for_event("requestfinished")
    for page in pages:
        page.goto("about:blank")
    settled(board)
    assert heap(board) >= before - 256
    assert board.do(lambda chip: chip.stack.misuse) == 0

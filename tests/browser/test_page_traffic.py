"""What the page asks of the board, and how often."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import client
from fault_rig import heap, heap_is_back
from playwright.sync_api import Page, Playwright

from tests.browser.conftest import shows
from tools.screenshots import ARGS, CHROMIUM
from tools.virtual_board.board import VirtualBoard

RELOADS = 50
POLLS = 60  # of each page
# Time runs 50 times as fast for a page.
HURRY = """
    const wait = setTimeout;
    window.setTimeout = (action, delay) => wait(action, delay / 50);
"""


def status(board: VirtualBoard) -> dict:
    return json.loads(client.request(board.http, "GET", "/status")[1])


def test_a_change_is_asked_for_in_time_to_be_shown_within_a_second(
    board: VirtualBoard, page: Page
) -> None:
    page.clock.install()
    page.reload()
    shows(page, "Off")
    page.clock.pause_at(time.time() + 3600)
    for on in (True, False):
        client.set_led(board.http, on)
        page.clock.run_for(600)  # which leaves 400 ms to the network
        shows(page, "On" if on else "Off")


def test_it_can_be_loaded_again_and_again(board: VirtualBoard, page: Page) -> None:
    for _ in range(RELOADS):
        page.reload()
        shows(page, "Off")
    board.wait_for(lambda chip: chip.stack.active_pcbs <= 3)


def test_a_second_visit_fetches_neither_style_nor_script(page: Page) -> None:
    page.reload()
    shows(page, "Off")
    fetched = page.evaluate(
        """performance.getEntriesByType("resource").filter((entry) => entry.transferSize)
            .map((entry) => entry.name)"""
    )
    assert [name for name in fetched if name.endswith((".css", ".js"))] == []


def test_a_visit_asks_for_nothing_that_the_board_does_not_have(
    board: VirtualBoard, page: Page
) -> None:
    before = status(board)["rejected"]
    page.reload()
    page.get_by_text("Details").click()
    page.get_by_role("switch").click()
    shows(page, "On")
    # Nor a favicon, which Chromium asks for behind Playwright's back.
    assert status(board)["rejected"] == before


def requests_at_rest(board: VirtualBoard) -> int:
    """How many have been served, once what was under way has come; the last one is this look."""
    looks = [status(board)["requests"]]
    while len(looks) < 2 or looks[-1] != looks[-2] + 1:
        looks.append(status(board)["requests"])
    return looks[-1]


def test_a_hidden_page_leaves_the_board_alone(board: VirtualBoard, page: Page) -> None:
    def hide(hidden: bool) -> None:
        # Chromium without a window never hides a page: so this tells it what it would be told.
        page.evaluate(
            """(hidden) => {
                Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )

    page.clock.install()
    page.reload()
    shows(page, "Off")
    hide(True)
    page.clock.run_for(60_000)
    before = requests_at_rest(board)
    page.clock.run_for(60_000)
    assert status(board)["requests"] == before + 1
    client.set_led(board.http, True)
    hide(False)
    shows(page, "On")


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
        shows(page, "Off")
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
    heap_is_back(board, before, 256)
    assert board.do(lambda chip: chip.stack.misuse) == 0

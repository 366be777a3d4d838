"""The page as its user has it: one switch that shows the truth and flips at a touch."""

import json
import re
import statistics
from collections.abc import Callable
from pathlib import Path

import client
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import NETWORKS, shows
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

# Notes when the switch was pressed, and when the page showed what.
WATCH = """() => {
    const line = document.querySelector("p");
    window.pressed = [];
    window.shown = [];
    addEventListener("click", () => pressed.push(Date.now()), true);
    new MutationObserver(() => shown.push(Date.now())).observe(line, { childList: true });
}"""
PASSWORD = "s3cret"


def lit(board: VirtualBoard) -> bool:
    return board.do(lambda chip: chip.gpio.led())


def status(board: VirtualBoard) -> dict:
    return json.loads(client.request(board.http, "GET", "/status")[1])


def test_a_click_flips_the_light_on_the_board(board: VirtualBoard, page: Page) -> None:
    shows(page, "Off")
    page.get_by_role("switch").click()
    shows(page, "On")
    board.wait_for(lambda chip: chip.gpio.led())
    page.get_by_role("switch").click()
    shows(page, "Off")
    board.wait_for(lambda chip: not chip.gpio.led())


def test_a_page_opened_later_shows_the_true_state(
    board: VirtualBoard, open_page: Callable[..., Page]
) -> None:
    client.set_led(board.http, True)
    shows(open_page(), "On")


def test_two_tabs_agree_within_a_second(open_page: Callable[..., Page]) -> None:
    one, other = open_page(), open_page()
    for tab in (one, other):
        tab.evaluate(WATCH)
    for text in ("On", "Off", "On", "Off", "On"):
        one.get_by_role("switch").click()
        for tab in (one, other):
            shows(tab, text)
    waits = [b - a for a, b in zip(one.evaluate("pressed"), other.evaluate("shown"))]
    # A busy machine may spoil some. test_page_traffic.py has how often the page asks.
    assert len(waits) == 5 and statistics.median(waits) < 1000, waits


def test_what_others_do_to_the_light_shows_by_itself(board: VirtualBoard, page: Page) -> None:
    client.set_led(board.http, True)
    shows(page, "On")
    for level, text in ((0, "Off"), (1, "Off")):  # the button: down, up
        board.do(lambda chip, level=level: chip.gpio.drive_from_outside(0, level))
        shows(page, text)
    prompt = b"from device import led; led.set(True)\r"
    board.do(lambda chip: chip.terminal.put(prompt))
    shows(page, "On")


def test_the_switch_works_without_javascript(
    board: VirtualBoard, open_page: Callable[..., Page]
) -> None:
    page = open_page(java_script_enabled=False)
    for text in ("On", "Off"):
        page.get_by_role("switch").click()
        shows(page, text)
        assert page.url == board.http and lit(board) == (text == "On")


def test_presses_in_quick_succession_all_count(board: VirtualBoard, page: Page) -> None:
    page.evaluate("for (let i = 0; i < 5; i++) document.querySelector('button').click()")
    shows(page, "On")
    board.wait_for(lambda chip: chip.gpio.led())


def test_the_page_shows_the_truth_where_the_board_refuses(
    board: VirtualBoard, page: Page, trouble: list[str]
) -> None:
    def refuse(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=403, body="Cross-site request refused")
        else:
            route.continue_()

    page.route("**/led", refuse)
    page.evaluate(WATCH)
    page.get_by_role("switch").click()
    # It was shown as pressed, and then as it is.
    page.wait_for_selector("p:text-is('Off')")
    while page.evaluate("shown.length") < 2:
        page.wait_for_event("requestfinished")
    shows(page, "Off")
    assert not lit(board)
    trouble.clear()


def test_the_details_tell_how_the_board_is(board: VirtualBoard, page: Page) -> None:
    page.get_by_text("Details").click()
    expect(page.get_by_role("definition").first).to_be_visible()
    names = page.get_by_role("term").all_inner_texts()
    shown = dict(zip(names, page.get_by_role("definition").all_inner_texts()))
    told = status(board)
    assert list(shown) == [
        "Uptime", "Free memory", "Signal", "Address", "Version", "Last error", "MQTT"
    ]  # fmt: skip
    assert shown["Uptime"].endswith(" min")
    assert re.fullmatch(r"\d\d? KB", shown["Free memory"])
    assert shown["Signal"] == f"{told['rssi']} dBm"
    assert (shown["Address"], shown["Version"]) == (told["ip"], told["version"])
    assert shown["Last error"] == shown["MQTT"] == "none"


def test_the_page_bears_the_name_of_the_board(page: Page) -> None:
    assert page.title() == page.get_by_role("heading").inner_text() == "lamp"


def test_the_page_works_behind_a_password(
    make_board: Callable[..., VirtualBoard], browser: Browser
) -> None:
    def protect(tree: Path) -> None:
        with open(tree / "webrepl_cfg.py", "a") as file:
            file.write(f"HTTP_PASSWORD = {PASSWORD!r}\n")

    board = make_board(protect, air=Air(dict(NETWORKS)))
    assert client.request(board.http, "GET", "/")[0] == 401
    owner = browser.new_page(http_credentials={"username": "me", "password": PASSWORD})
    owner.goto(board.http)
    owner.get_by_role("switch").click()
    shows(owner, "On")
    board.wait_for(lambda chip: chip.gpio.led())
    owner.get_by_text("Details").click()
    expect(owner.get_by_role("definition").first).to_be_visible()

"""The page as its user has it: one switch that shows the truth and flips at a touch."""

import json
from collections.abc import Callable

import client
from playwright.sync_api import Page, Route, expect

from tools.virtual_board.board import VirtualBoard

# Notes when the switch was pressed, and when the page showed what.
WATCH = """() => {
    const line = document.querySelector("p");
    window.pressed = [];
    window.shown = [];
    addEventListener("click", () => pressed.push(Date.now()), true);
    new MutationObserver(() => shown.push(Date.now())).observe(line, { childList: true });
}"""
RELOADS = 50


def lit(board: VirtualBoard) -> bool:
    return board.do(lambda chip: chip.gpio.led())


def shows(page: Page, text: str) -> None:
    expect(page.get_by_role("status")).to_have_text(text)
    checked = {"On": True, "Off": False}[text]
    expect(page.get_by_role("switch", name="lamp", checked=checked)).to_be_visible()


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
    for text in ("On", "Off", "On", "Off", "On", "Off"):
        one.get_by_role("switch").click()
        for tab in (one, other):
            shows(tab, text)
    waits = [b - a for a, b in zip(one.evaluate("pressed"), other.evaluate("shown"))]
    assert len(waits) == 6
    assert sorted(waits)[-2] < 1000, waits  # on a busy machine, one may be bad luck


def test_what_others_do_to_the_light_shows_by_itself(board: VirtualBoard, page: Page) -> None:
    client.set_led(board.http, True)
    shows(page, "On")
    board.do(lambda chip: chip.gpio.drive_from_outside(0, 0))  # the button
    shows(page, "Off")
    prompt = b"from device import switch; switch.led.set(True)\r"
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
            route.fulfill(status=403, body="Another site asks")
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
        "Running for", "Free memory", "Signal", "Address", "Version", "Last error"
    ]  # fmt: skip
    assert shown["Running for"] == "0 d 0 h 0 min"
    assert shown["Free memory"].endswith(" bytes")
    assert shown["Signal"] == f"{told['rssi']} dBm"
    assert (shown["Address"], shown["Version"]) == (told["ip"], told["version"])
    assert shown["Last error"] == "none"


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
    before = status(board)["requests"]
    page.clock.run_for(60_000)
    assert status(board)["requests"] == before + 1
    client.set_led(board.http, True)
    hide(False)
    shows(page, "On")


def test_the_page_bears_the_name_of_the_board(page: Page) -> None:
    assert page.title() == page.get_by_role("heading").inner_text() == "lamp"

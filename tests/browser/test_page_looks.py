"""The page for every eye, hand and ear: phones, the dark, the keyboard, screen readers."""

from collections.abc import Callable

import axe_playwright_python.base
import client
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import shows
from tools import screenshots
from tools.build import ROOT
from tools.virtual_board.board import VirtualBoard

PHONES = {
    "small": {"width": 320, "height": 568},
    "usual": {"width": 390, "height": 844},
    "lying": {"width": 844, "height": 390},
}


@pytest.mark.parametrize("phone", PHONES)
def test_on_a_phone_the_switch_is_all_in_view_and_a_touch_flips_it(
    board: VirtualBoard, open_page: Callable[..., Page], phone: str
) -> None:
    size = PHONES[phone]
    page = open_page(viewport=size, has_touch=True, is_mobile=True, device_scale_factor=2)
    for part in ("heading", "switch", "status"):
        box = page.get_by_role(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
        assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("switch").tap()
    shows(page, "On")
    board.wait_for(lambda chip: chip.gpio.led())


def test_on_a_laptop_the_open_details_are_all_in_view_with_the_longest_error(
    board: VirtualBoard, open_page: Callable[..., Page]
) -> None:
    record = b"from device import rtc_state; rtc_state.record(%s)\r"
    board.do(lambda chip: chip.terminal.put(record % b"'an error ' * 14"))
    page = open_page(viewport={"width": 1280, "height": 800})
    page.get_by_text("Details").click()
    last_error = page.locator("dt:text('Last error') + dd")
    expect(last_error).to_contain_text("an error an error")
    assert page.evaluate("document.documentElement.scrollHeight") <= 800
    box = page.get_by_role("link").bounding_box()
    assert box["y"] + box["height"] <= 800
    board.do(lambda chip: chip.terminal.put(record % b"''"))


def test_a_finger_hits_everything_that_can_be_hit(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONES["small"], has_touch=True, is_mobile=True)
    page.get_by_text("Details").tap()
    expect(page.get_by_role("definition").first).to_be_visible()
    for target in page.locator("button, summary, a").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 44, target


def test_the_page_is_dark_where_the_system_is(open_page: Callable[..., Page]) -> None:
    def brightness(scheme: str) -> float:
        colour = open_page(color_scheme=scheme).evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        return sum(int(part) for part in colour[4:-1].split(",")) / 3 / 255

    assert brightness("dark") < 0.1 < 0.9 < brightness("light")


def test_the_keyboard_alone_will_do(board: VirtualBoard, page: Page) -> None:
    for key in ("Tab", "Space"):
        page.keyboard.press(key)
    shows(page, "On")
    page.keyboard.press("Enter")
    shows(page, "Off")
    expect(page.get_by_role("switch")).to_be_focused()
    for key in ("Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("definition").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link")).to_be_focused()


def test_what_has_the_focus_is_seen_to_have_it(open_page: Callable[..., Page]) -> None:
    page = open_page(reduced_motion="reduce")
    for _ in range(2):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """(({ outlineStyle, outlineWidth, outlineColor, color }) =>
                [outlineStyle, parseFloat(outlineWidth), outlineColor == color])
            (getComputedStyle(document.activeElement))"""
        )
        assert style == ["solid", 3, True]


def test_nothing_moves_for_those_who_asked_for_that(open_page: Callable[..., Page]) -> None:
    still = open_page(reduced_motion="reduce")
    moving = "getComputedStyle(document.querySelector('button')).transitionDuration"
    assert still.evaluate(moving) == "0s"


def test_in_high_contrast_on_and_off_can_be_told_apart(
    board: VirtualBoard, open_page: Callable[..., Page]
) -> None:
    page = open_page(forced_colors="active", reduced_motion="reduce")
    switch = page.get_by_role("switch")
    off = switch.screenshot()
    client.set_led(board.http, True)
    shows(page, "On")
    assert switch.screenshot() != off


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["Off", "On", "Not answering"])
def test_axe_finds_nothing_to_complain_of(
    board: VirtualBoard,
    open_page: Callable[..., Page],
    trouble: list[str],
    scheme: str,
    state: str,
) -> None:
    client.set_led(board.http, state == "On")
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    page.get_by_text("Details").click()
    expect(page.get_by_role("definition").first).to_be_visible()
    if state == "Not answering":
        page.route("**/led", lambda route: route.abort())
    expect(page.get_by_role("status")).to_have_text(state)
    page.evaluate(axe_playwright_python.base.AXE_SCRIPT)
    found = page.evaluate("axe.run()")
    complaints = [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in found["violations"]
    ]
    assert not complaints and len(found["passes"]) > 10
    trouble.clear()


def test_the_pictures_for_the_readme_can_be_taken_and_are_small(
    board: VirtualBoard, browser: Browser
) -> None:
    assert screenshots.take(browser, board, screenshots.ALL["details"]).startswith(b"\x89PNG")
    for name in screenshots.ALL:
        assert (ROOT / "docs" / "screenshots" / f"{name}.png").stat().st_size < 60_000, name

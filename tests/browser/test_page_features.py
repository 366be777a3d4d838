"""What the page's details have where auto-off and the log are on, and only there."""

from pathlib import Path

import client
from playwright.sync_api import Browser, Page, expect

from tests.board.conftest import bundle  # noqa: F401
from tools.deploy import plan
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air


def opened(browser: Browser, board: VirtualBoard) -> Page:
    """The page, with its details open."""
    page = browser.new_page()
    page.goto(board.http)
    page.click("summary")
    return page


def featured(tree: Path, folder: Path, variant: str, settings: bytes) -> VirtualBoard:
    """A board with these settings beside the usual ones."""
    files = plan.files(tree)
    files["/webrepl_cfg.py"] += settings
    image.create(folder / "flash.img", files, variant)
    return VirtualBoard(folder / "flash.img", variant, air=Air({"home": "correct horse"}))


def test_the_details_have_the_time_left_a_choice_of_times_and_the_log(
    bundle: Path,  # noqa: F811
    tmp_path: Path,
    browser: Browser,
) -> None:
    settings = b"AUTO_OFF_S = 0\nEVENT_LOG = True\n"
    with featured(bundle, tmp_path, "romfs", settings) as board:
        page = opened(browser, board)
        choice = page.get_by_role("combobox", name="On for")
        choice.select_option("30 minutes")
        expect(page.get_by_text("Off in 30 min")).to_be_visible()
        assert client.led(board.http) is True
        expect(page.locator("pre")).to_contain_text("on, web")
        expect(page.locator("[role=status]")).to_have_text("On")
        expect(choice).to_have_value("")
        page.close()


def test_the_time_can_be_chosen_on_a_board_without_romfs(
    bundle: Path,  # noqa: F811
    tmp_path: Path,
    browser: Browser,
) -> None:
    with featured(bundle, tmp_path, "generic", b"AUTO_OFF_S = 0\n") as board:
        page = opened(browser, board)
        page.get_by_role("combobox", name="On for").select_option("5 minutes")
        expect(page.get_by_text("Off in 5 min")).to_be_visible()
        page.close()


def test_without_them_the_details_are_as_ever(board: VirtualBoard, browser: Browser) -> None:
    page = opened(browser, board)
    expect(page.get_by_text("Uptime")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.close()

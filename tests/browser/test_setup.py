"""The setup page as a person with a phone has it, in Chromium; every name leads to the board."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.board.setup_rig import CONFIG, PASSWORD, air, put
from tests.browser.conftest import TIMEOUT
from tools.screenshots import ARGS, CHROMIUM
from tools.virtual_board.board import VirtualBoard

PHONE = {"width": 360, "height": 640}
PROBE = "http://connectivitycheck.gstatic.com/generate_204"


@pytest.fixture
def board(make_board: Callable[..., VirtualBoard]) -> VirtualBoard:
    """A board that knows no network."""
    return make_board(put(CONFIG), air=air())


@pytest.fixture
def phone(playwright: Playwright, board: VirtualBoard) -> Iterator[Browser]:
    """A browser in the access point: whatever it asks for, the board is asked."""
    to = board.http.split("/")[2]
    rules = f"--host-resolver-rules=MAP * {to}"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGS, rules])
    yield browser
    browser.close()


@pytest.fixture(params=[True, False], ids=["javascript", "no javascript"])
def page(phone: Browser, request: pytest.FixtureRequest) -> Page:
    """What the phone shows when it finds out that there is a setup page."""
    context = phone.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, java_script_enabled=request.param
    )
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    page.goto(PROBE)
    assert page.url == "http://4.3.2.1/"
    return page


def enter(page: Page, network: str, password: str) -> None:
    page.locator("select").select_option(network)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Connect").tap()


def test_from_the_probe_to_the_address_with_a_mistake_on_the_way(
    board: VirtualBoard, page: Page
) -> None:
    status = page.get_by_role("status")
    enter(page, "home", "a wrong one")
    expect(status).to_have_text("Joining home ...")
    expect(status).to_have_text("home refuses the password.")
    assert page.url == "http://4.3.2.1/"
    enter(page, "home", PASSWORD)
    expect(status).to_have_text("The switch has joined home.")
    address = board.do(lambda chip: chip.wlan.own_addresses()[0])
    link = page.get_by_role("link", name=f"http://{address}/")
    assert link.get_attribute("href") == f"http://{address}/"


def test_a_network_that_is_not_in_the_list_can_be_entered(page: Page) -> None:
    page.get_by_label("or its name").fill("elsewhere & <b>")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Connect").tap()
    status = page.get_by_role("status")
    expect(status).to_contain_text("elsewhere & <b> is not in reach", timeout=2 * TIMEOUT)
    assert page.locator("select").input_value() == "elsewhere & <b>"


def test_names_are_shown_and_sent_as_they_are(board: VirtualBoard, page: Page) -> None:
    enter(page, "Caf\u00e9 & <b>Bar", "espresso 100%+")
    expect(page.get_by_role("status")).to_have_text("The switch has joined Caf\u00e9 & <b>Bar.")
    stored = board.do(lambda chip: chip.wlan.stored)
    assert stored == ("Caf\u00e9 & <b>Bar", "espresso 100%+")


def test_the_page_fits_a_phone_and_the_light_can_be_switched(
    board: VirtualBoard, page: Page
) -> None:
    width = page.locator("html").bounding_box()["width"]
    for box in (part.bounding_box() for part in page.locator("select, input, button").all()):
        assert box is None or box["height"] >= 44 or box["height"] == 0
        assert box is None or box["x"] + box["width"] <= width == PHONE["width"]
    page.get_by_role("link", name="Use the switch").tap()
    page.get_by_role("button", name="Flip").tap()
    expect(page.get_by_role("status")).to_have_text("On")
    board.wait_for(lambda chip: chip.gpio.led())

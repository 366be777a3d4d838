"""Pages of other sites, in a real browser, do what they can to flip the light, and cannot.

All names lead to loopback, so that nothing but the board stops them: browsers ask before they let
a page from the internet talk to the network at home. And the board has a name, because to what is
no loopback address, as a board is not, browsers send no Sec-Fetch-Site."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import client
import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.conftest import NETWORKS, TIMEOUT
from tests.browser.other_site import ATTACK, ATTACKS, LISTEN, SEND_FORM, Server
from tools.screenshots import ARGS, CHROMIUM
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

OWN, OTHER, REBOUND = "lamp.local", "other.example", "rebound.example"


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, for which the names lead to loopback."""
    rule = f"--host-resolver-rules=MAP {OWN} 127.0.0.1, MAP *.example 127.0.0.1"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGS, rule])
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Server]:
    """Another site."""
    server = Server()
    yield server
    server.close()


@pytest.fixture(scope="module")
def foreign(browser: Browser, site: Server) -> Callable[[str], Page]:
    """foreign(host): a page of the other site, at that name."""
    page = browser.new_page()
    page.set_default_timeout(TIMEOUT)

    def foreign(host: str) -> Page:
        page.goto(f"http://{host}:{site.port}/")
        return page

    return foreign


@pytest.fixture
def dark(board: VirtualBoard) -> Iterator[VirtualBoard]:
    """The board, whose light must not have been on for a moment when the test is over."""
    board.do(lambda chip: chip.gpio.history.clear())
    yield board
    client.led(board.http)
    assert board.do(lambda chip: [level for pin, level in chip.gpio.history if pin == 2]) == []
    assert board.do(lambda chip: chip.gpio.led()) is False


def own(board: VirtualBoard, url: str = "http") -> str:
    """The board's address for HTTP, or for "webrepl", by its name."""
    return getattr(board, url).replace("127.0.0.1", OWN)


def rejected(board: VirtualBoard) -> int:
    return json.loads(client.request(board.http, "GET", "/status")[1])["rejected"]


@pytest.mark.parametrize("host", [OTHER, OWN], ids=["site", "port"])
def test_a_page_of_another_site_or_port_neither_switches_nor_learns_anything(
    dark: VirtualBoard, foreign: Callable[[str], Page], host: str
) -> None:
    before = rejected(dark)
    assert foreign(host).evaluate(ATTACK, own(dark)) == []
    # All of that arrived here, some of it behind the page's back.
    for _ in range(1000):
        if rejected(dark) >= before + ATTACKS:
            return
    raise AssertionError(f"only {rejected(dark) - before} of the attacks arrived")


@pytest.mark.parametrize("sandbox", [False, True], ids=["open", "from a sandbox"])
def test_a_form_of_another_site_does_not_switch(
    dark: VirtualBoard, foreign: Callable[[str], Page], sandbox: bool
) -> None:
    page = foreign(OTHER)
    with page.expect_response(own(dark) + "toggle") as answer:
        page.evaluate(SEND_FORM, [own(dark), sandbox])
    assert answer.value.status == 403
    page.get_by_text("Cross-site request refused").wait_for()


def test_a_page_of_another_site_cannot_put_the_switch_under_somebodys_mouse(
    dark: VirtualBoard, foreign: Callable[[str], Page]
) -> None:
    page = foreign(OTHER)
    frame = f"<iframe src={own(dark)} onload=\"document.title = 'loaded'\"></iframe>"
    page.evaluate("(frame) => (document.body.innerHTML = frame)", frame)
    page.wait_for_function("document.title == 'loaded'")
    assert [frame.locator("button").count() for frame in page.frames] == [0, 0]


def test_a_page_of_another_site_gets_no_session_of_webrepl(
    dark: VirtualBoard, foreign: Callable[[str], Page]
) -> None:
    for host in (OTHER, OWN, REBOUND):
        assert foreign(host).evaluate(LISTEN, [own(dark, "webrepl"), client.PASSWORD]) == "", host


def test_a_page_that_hides_where_it_is_from_is_stopped_by_webrepls_password(
    dark: VirtualBoard, foreign: Callable[[str], Page]
) -> None:
    page = foreign(OTHER)
    page.evaluate(
        """() => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.sandbox = "allow-scripts";
            frame.srcdoc = "<p>hidden";
            frame.onload = resolve;
            document.body.append(frame);
        })"""
    )
    heard = page.frames[1].evaluate(LISTEN, [own(dark, "webrepl"), "guess"])
    assert heard == "Password: \r\nAccess denied\r\n"


def test_a_name_that_leads_to_the_board_after_all_opens_nothing(
    browser: Browser, make_board: Callable[..., VirtualBoard]
) -> None:
    attacker = Server()
    page = browser.new_page()
    page.goto(f"http://{REBOUND}:{attacker.port}/")
    attacker.close()
    board = make_board(air=Air(dict(NETWORKS)), http_port=attacker.port)
    assert urlsplit(board.http).port == attacker.port
    answers = page.evaluate(
        """async () => {
            const answers = [];
            for (const [path, options] of [
                ["/", {}],
                ["/led", {}],
                ["/status", {}],
                ["/toggle", { method: "POST" }],
                ["/led", { method: "PUT", body: '{"on":true}' }],
            ]) {
                const answer = await fetch(path, options);
                answers.push([answer.status, await answer.text()]);
            }
            return answers;
        }"""
    )
    assert answers == [[421, "Host is not a name of this switch: see HOST_NAMES\n"]] * 5
    assert client.led(board.http) is False
    page.close()

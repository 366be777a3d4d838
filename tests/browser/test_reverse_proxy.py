"""The page in a real browser behind a real nginx: live, at a name and under a path."""

from collections.abc import Callable, Iterator
from pathlib import Path

import client
import pytest
from nginx_rig import PLACES, allow, needs_nginx, nginx
from playwright.sync_api import Browser, Playwright

from tests.browser.conftest import NETWORKS, TIMEOUT, shows, watch
from tools.screenshots import ARGS, CHROMIUM
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

pytestmark = needs_nginx


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, for which the names lead to loopback."""
    rule = "--host-resolver-rules=MAP *.example.org 127.0.0.1"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGS, rule])
    yield browser
    browser.close()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_page_behind_nginx_shows_and_flips_the_light(
    make_board: Callable[..., VirtualBoard],
    browser: Browser,
    tmp_path: Path,
    place: str,
    script: bool,
) -> None:
    board = make_board(allow, air=Air(dict(NETWORKS)))
    trouble: list[str] = []
    with nginx(tmp_path, board.http) as port:
        context = browser.new_context(java_script_enabled=script)
        context.set_default_timeout(TIMEOUT)
        page = context.new_page()
        watch(page, trouble)
        page.goto(f"http://{place.replace('/', f':{port}/', 1)}")
        shows(page, "Off")
        page.get_by_role("switch").click()
        shows(page, "On")
        assert client.led(board.http) is True
        if script:  # it follows what others do, and has the details
            client.set_led(board.http, False)
            shows(page, "Off")
            page.get_by_text("Details").click()
            page.wait_for_selector("dd:has-text('KB')")
        context.close()
    assert not trouble

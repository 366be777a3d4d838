"""A real browser on the page that a virtual board serves. Chromium is Debian's; without one, the
tests of this folder are left out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import client
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.board.conftest import bundle, make_board, variant  # noqa: F401
from tools.screenshots import CHROMIUM, launch
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

TIMEOUT = 15_000  # ms; a busy machine is no reason to fail
NETWORKS = {"home": "correct horse"}

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="module")  # longer, and its event loop would be in other tests' way
def playwright() -> Iterator[Playwright]:
    """What drives Chromium."""
    if not CHROMIUM:
        pytest.skip("no chromium on PATH; on Debian: apt install chromium")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, without a window."""
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def _board(
    bundle: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[VirtualBoard]:
    path = tmp_path_factory.mktemp("board") / "flash.img"
    image.create(path, bundle)
    with VirtualBoard(path, air=Air(dict(NETWORKS))) as board:
        yield board


@pytest.fixture
def board(_board: VirtualBoard) -> VirtualBoard:
    """A running board in its network, with the light off. The tests of a module share it."""
    _board.do(lambda chip: chip.wlan.air.networks.update(NETWORKS))
    if not _board.do(lambda chip: chip.powered):
        _board.start()
    # What the pages of the test before have on the way comes before this.
    _board.wait_for(lambda chip: chip.stack.active_pcbs == 0)
    client.set_led(_board.http, False)
    return _board


def shows(page: Page, text: str) -> None:
    """Wait until the page shows the light as `text`, "On" or "Off", to eyes and to ears."""
    page.wait_for_selector(f"[role=status]:text-is('{text}')")  # sooner than expect() looks again
    checked = {"On": True, "Off": False}[text]
    expect(page.get_by_role("switch", name="lamp", checked=checked)).to_be_visible()


@pytest.fixture
def trouble() -> list[str]:
    """What went wrong in the pages of open_page. It must be empty in the end: a test that makes
    trouble on purpose clears it."""
    return []


def watch(page: Page, trouble: list[str]) -> None:
    """Note errors of scripts, violations of the policy, requests that were not answered well."""
    page.on("console", lambda said: said.type == "error" and trouble.append(said.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("response", lambda r: r.status < 400 or trouble.append(f"{r.status} {r.url}"))
    page.on(
        "requestfailed",
        # Aborted: the page was left before the answer came.
        lambda r: r.failure == "net::ERR_ABORTED" or trouble.append(f"{r.failure} {r.url}"),
    )


@pytest.fixture
def open_page(
    browser: Browser, board: VirtualBoard, trouble: list[str]
) -> Iterator[Callable[..., Page]]:
    """open_page(**Playwright's for a context): the board's page in a browser of its own."""
    contexts = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        page = context.new_page()
        watch(page, trouble)
        page.goto(board.http)
        return page

    yield open_page
    seen = trouble.copy()
    for context in contexts:
        context.close()
    assert not seen


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """The board's page, on a desk."""
    return open_page()

"""`make screenshots`: pictures of the page, from a virtual board, with Chromium.

They go into build/screenshots/, or docs/screenshots/ with WRITE=1.
"""

import json
import os
import shutil
import tempfile
import urllib.request
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Playwright, sync_playwright

from tools import build, setup_walk
from tools.errors import UserError, main
from tools.inputs import results_folder
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

_DESK = {"width": 640, "height": 640}
_CONFIG = 'WIFI_SSID = "home"\nHOSTNAME = "kitchen"\n'


class Picture(NamedTuple):
    """What is to be seen: the light on, the details open, the board in reach."""

    scheme: str
    on: bool = True
    details: bool = False
    away: bool = False
    size: dict[str, int] = _DESK


ALL = {
    "light": Picture("light"),
    "dark": Picture("dark"),
    "away": Picture("dark", away=True),
    "phone": Picture("light", size=setup_walk.PHONE),
    "details": Picture("dark", on=False, details=True, size=setup_walk.PHONE),
}


def launch(playwright: Playwright, *more: str) -> Browser:
    """Chromium without a window, with more arguments; UserError where there is none."""
    if not CHROMIUM:
        raise UserError("no chromium on PATH", "install it; on Debian: apt install chromium")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGS, *more])


def take(browser: Browser, board: VirtualBoard, picture: Picture) -> bytes:
    """A PNG of the page."""
    body = json.dumps({"on": picture.on}).encode()
    urllib.request.urlopen(urllib.request.Request(board.http + "led", body)).close()
    page = browser.new_page(
        viewport=picture.size, color_scheme=picture.scheme, reduced_motion="reduce"
    )
    page.goto(board.http)
    page.wait_for_selector(f"[aria-checked={str(picture.on).lower()}]")
    if picture.details:
        page.click("summary")
        page.wait_for_selector("dl:not([hidden])")
    if picture.away:
        page.route("**/led", lambda route: route.abort())
        page.wait_for_selector(".away")
    png = page.screenshot()
    page.close()
    return png


def set_up(playwright: Playwright, folder: Path, target: Path) -> None:
    """Pictures of the way from a new board to its page, on a phone."""
    with setup_walk.new_board(folder) as board:
        browser = launch(playwright, setup_walk.resolver(board))
        for step, page in setup_walk.walk(browser, board, folder / "label.svg"):
            _save(page.screenshot(), target / f"setup-{step}.png")
        browser.close()


def _save(png: bytes, path: Path) -> None:
    path.write_bytes(png)
    print(f"{os.path.relpath(path)} written")


def run() -> None:
    """Take all pictures."""
    target = results_folder() / "screenshots"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = launch(playwright)
        folder = Path(name)
        (folder / "webrepl_cfg.py").write_text(_CONFIG)
        tree = build.build(folder / "board", config=folder / "webrepl_cfg.py")
        image.create(folder / "flash.img", tree)
        with VirtualBoard(folder / "flash.img") as board:
            for title, picture in ALL.items():
                _save(take(browser, board, picture), target / f"{title}.png")
        browser.close()
        set_up(playwright, folder, target)


if __name__ == "__main__":
    main(run)

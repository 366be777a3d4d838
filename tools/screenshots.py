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

from tools import build
from tools.errors import UserError, main
from tools.inputs import results_folder
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.air import Air

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

_DESK = {"width": 640, "height": 640}
_PHONE = {"width": 360, "height": 820}
_AP_PASSWORD = "set me up"
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
    "phone": Picture("light", size=_PHONE),
    "details": Picture("dark", on=False, details=True, size=_PHONE),
}


def launch(playwright: Playwright) -> Browser:
    """Chromium without a window; UserError where there is none."""
    if not CHROMIUM:
        raise UserError("no chromium on PATH", "install it; on Debian: apt install chromium")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)


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


def set_up(browser: Browser, folder: Path, target: Path) -> None:
    """Pictures of the setup page on a phone: the form, and the end."""
    text = f'HOSTNAME = "kitchen"\nAP_PASSWORD = "{_AP_PASSWORD}"\n'
    (folder / "webrepl_cfg.py").write_text(text)
    tree = build.build(folder / "board", config=folder / "webrepl_cfg.py")
    image.create(folder / "setup.img", tree)
    air = Air({"Hillside 7": "correct horse", "Bakery guests": "", "FRITZ": "12345678"}, scan_ms=1)
    with VirtualBoard(folder / "setup.img", air=air) as board:
        page = browser.new_page(viewport=_PHONE, color_scheme="light")
        page.goto(board.http)
        page.select_option("select", "Hillside 7")
        page.fill("[name=password]", "correct horse")
        _save(page.screenshot(), target / "setup.png")
        page.click("button")
        page.wait_for_selector("p a")
        _save(page.screenshot(), target / "setup-joined.png")
        page.close()


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
        set_up(browser, folder, target)
        browser.close()


if __name__ == "__main__":
    main(run)

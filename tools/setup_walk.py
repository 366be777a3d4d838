"""A person's way with a phone, from the label on a new board to its switch, found by name: in
Chromium, with a virtual board. `make screenshots` takes pictures of it, and a test goes it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import zxingcpp
from playwright.sync_api import Browser, Page

from tools import build, join_code
from tools.setting import Value
from tools.settings import write
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.air import Air

PHONE = {"width": 360, "height": 820}
SETTINGS: dict[str, Value] = {"HOSTNAME": "kitchen", "AP_PASSWORD": "set me up", "MDNS": True}
NETWORK, PASSWORD = "Hillside 7", "correct horse"
_NETWORKS = {NETWORK: PASSWORD, "Bakery guests": "", "FRITZ": "12345678"}
# What Android asks for, to find out whether a network has a page of its own.
_PROBE = "http://connectivitycheck.gstatic.com/generate_204"
# The picture's pixels, row by row: one byte each, of how bright it is.
_LOOK = """async () => {
  const picture = document.querySelector("img");
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // the code has no background of its own
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, picture.width, picture.height);
  const {data, width, height} = context.getImageData(0, 0, canvas.width, canvas.height);
  const grey = data.filter((_, i) => i % 4 == 1);
  return [width, height, btoa(String.fromCharCode(...grey))];
}"""


def new_board(folder: Path) -> VirtualBoard:
    """A board that has firmware with ROMFS, the bundle, and no network yet."""
    lines = [f"{name} = {value!r}\n" for name, value in SETTINGS.items()]
    write(folder / build.CONFIG, "".join(lines))
    tree = build.build(folder / "tree", config=folder / build.CONFIG)
    image.create(folder / "flash.img", tree, "romfs")
    return VirtualBoard(folder / "flash.img", "romfs", air=Air(dict(_NETWORKS), scan_ms=1))


def scan(page: Page) -> dict[str, str]:
    """What the QR code in the page's picture says of a network: T, S and P."""
    width, height, grey = page.evaluate(_LOOK)
    picture = memoryview(base64.b64decode(grey)).cast("B", shape=[height, width])
    (code,) = zxingcpp.read_barcodes(picture)
    fields = code.text.removeprefix("WIFI:").rstrip(";").split(";")  # SETTINGS need no escapes
    return dict(field.split(":", 1) for field in fields)


def _join(chip: Chip, name: str, password: str) -> None:
    point = chip.wlan.ap
    if not chip.wlan.ap_on or (point["ssid"], point["key"]) != (name, password):
        raise OSError(f"no access point {name} takes that password")
    chip.wlan.clients.join()


def resolver(board: VirtualBoard) -> str:
    """An argument of Chromium's: whomever it asks, the board answers. It stands for the board's
    DNS at first, and then for mDNS.
    """
    return f"--host-resolver-rules=MAP * {board.http.split('/')[2]}"


def walk(browser: Browser, board: VirtualBoard, label: Path) -> Iterator[tuple[str, Page]]:
    """Go the whole way; after each step its name, and what the phone shows. `browser` has
    resolver(board), `label` is where to draw the code.
    """
    join_code.save(SETTINGS, label)
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, color_scheme="light"
    )
    page = context.new_page()

    svg = base64.b64encode(label.read_bytes()).decode()
    page.set_content(
        '<body style="display:grid;place-content:center;height:90vh">'
        f'<img src="data:image/svg+xml;base64,{svg}" style="zoom:2">'
    )
    network = scan(page)
    yield "label", page
    board.do(lambda chip: _join(chip, network["S"], network["P"]))
    page.goto(_PROBE)

    page.locator("select").select_option(NETWORK)
    page.get_by_label("Password").fill(PASSWORD)
    yield "form", page
    page.get_by_role("button", name="Connect").tap()
    page.wait_for_selector("[role=status]:has-text('Joining')")
    yield "joining", page
    page.wait_for_selector("[role=status]:has-text('has joined')")
    yield "joined", page

    boots = board.chip.boots
    board.wait_for(lambda chip: chip.clock.advance(200) or chip.boots > boots, 60)
    page.goto(page.get_by_text(".local/").inner_text().split()[-1].rstrip("."))
    page.get_by_role("switch").tap()
    page.wait_for_selector("[aria-checked=true]")
    yield "switch", page
    context.close()

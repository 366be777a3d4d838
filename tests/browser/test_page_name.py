"""The page's details name the board as it is found in the network, also where that was taken."""

import time
from pathlib import Path

from mdns_cases import RESPONSE, message, record
from playwright.sync_api import Browser, expect

from tests.board.conftest import bundle  # noqa: F401
from tools.deploy import plan
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air
from tools.virtual_board.udp.peer import Peer


def test_the_details_have_the_other_name_that_the_board_had_to_take(
    bundle: Path,  # noqa: F811
    tmp_path: Path,
    browser: Browser,
) -> None:
    files = plan.files(bundle)
    files["/webrepl_cfg.py"] += b"MDNS = True\n"
    image.create(tmp_path / "flash.img", files, "romfs")
    board = VirtualBoard(tmp_path / "flash.img", "romfs", air=Air({"home": "correct horse"}))
    with board, Peer(board) as other:
        page = browser.new_page()
        page.goto(board.http)
        page.click("summary")
        expect(page.get_by_text("lamp.local")).to_be_visible()
        # Somebody else insists that it is theirs (RFC 6762 9).
        deadline = time.monotonic() + 30
        while not page.get_by_text("lamp-2.local").is_visible():
            other.send(message(answers=[record(b"\x04lamp\x05local\0")], flags=RESPONSE))
            page.wait_for_timeout(700)
            assert time.monotonic() < deadline
        page.close()

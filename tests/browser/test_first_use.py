"""From a board with power and a phone to switching it by name: no cable, no file."""

from pathlib import Path

import client
import dns.message
from playwright.sync_api import Playwright

from tools import setup_walk
from tools.screenshots import launch
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.udp.peer import Peer


def found_by_name(board: VirtualBoard, name: str) -> str:
    """The address that mDNS gives for a name. The chip's clock runs faster meanwhile."""
    question = dns.message.make_query(name, "A")
    with Peer(board, 40000) as phone:
        while True:
            phone.send(question.to_wire())
            board.do(lambda chip: chip.clock.advance(200))
            client.led(board.http)  # the board has looked since
            if phone.waiting():
                answer = dns.message.from_wire(phone.receive()[0])
                return str(answer.answer[0][0])


def test_from_the_code_on_the_label_to_the_switch_by_its_name(
    playwright: Playwright, tmp_path: Path
) -> None:
    with setup_walk.new_board(tmp_path) as board:
        browser = launch(playwright, setup_walk.resolver(board))
        steps, shown = [], ""
        for step, page in setup_walk.walk(browser, board, tmp_path / "label.svg"):
            steps.append(step)
            if step == "joined":
                shown = page.get_by_role("link").inner_text()
            if step == "switch":
                assert page.url == "http://kitchen.local/"
                assert page.get_by_role("heading", name="kitchen").is_visible()
        browser.close()
        assert steps == ["label", "form", "joining", "joined", "switch"]
        board.wait_for(lambda chip: chip.gpio.led())
        assert shown == f"http://{found_by_name(board, 'kitchen.local')}/"
        assert not board.do(lambda chip: chip.wlan.ap_on)
        assert "set me up" not in board.console and "correct horse" not in board.console

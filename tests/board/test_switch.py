"""The switch as its users have it: HTTP, light, prompt, resets, on the virtual board."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import client
import pytest

from tools.board.webrepl import WebreplTransport
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

MPREMOTE = [str(Path(sys.executable).with_name("mpremote")), "connect"]


def mpremote(board: VirtualBoard, *arguments: str) -> str:
    done = subprocess.run(
        [*MPREMOTE, board.serial, *arguments], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lit(board: VirtualBoard) -> bool:
    return board.do(lambda chip: chip.gpio.led())


class Load(threading.Thread):
    """GET /led over and over, until stop(); `answers` counts, `failures` lists what went wrong."""

    def __init__(self, board: VirtualBoard, limit: int = 5000) -> None:
        super().__init__(daemon=True)
        self._board, self._limit = board, limit
        self._stopped = threading.Event()
        self.answers, self.failures = 0, []
        self.going = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set() and self.answers < self._limit:
            try:
                client.led(self._board.http)
                self.answers += 1
                self.going.set()
            except (OSError, AssertionError, IndexError) as e:
                self.failures.append(repr(e))

    def __enter__(self) -> "Load":
        self.start()
        assert self.going.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopped.set()
        self.join(10)


def test_put_led_drives_gpio2_to_the_level_that_lights_it(board: VirtualBoard) -> None:
    assert client.set_led(board.http, True) is True
    assert lit(board) and board.do(lambda chip: chip.gpio.level(2)) == 0
    assert client.set_led(board.http, False) is False
    assert not lit(board)


def test_what_curl_sends_by_default_switches_the_light(board: VirtualBoard) -> None:
    done = subprocess.run(
        ["curl", "-s", "-m", "10", "-X", "PUT", "-d", '{"on":true}', board.http + "led"],
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == {"on": True}
    assert lit(board)


def test_the_page_switches_without_javascript(board: VirtualBoard) -> None:
    status, page = client.request(board.http, "GET", "/")
    assert status == 200 and b"<form" in page
    assert client.request(board.http, "POST", "/toggle", b"")[0] == 303
    assert lit(board)


def test_the_button_toggles_once_however_it_bounces(board: VirtualBoard) -> None:
    def press(chip: Chip) -> None:
        for level in (0, 1, 0, 1, 0):
            chip.gpio.drive_from_outside(0, level)

    board.do(press)
    board.wait_for(lambda chip: chip.gpio.led())
    assert client.led(board.http) is True


def test_status_tells_no_secret(board: VirtualBoard) -> None:
    status, body = client.request(board.http, "GET", "/status")
    assert status == 200
    assert json.loads(body)["hostname"] == "lamp"
    assert client.PASSWORD.encode() not in body and b"horse" not in body


def test_mpremote_and_the_switch_work_side_by_side(board: VirtualBoard) -> None:
    with Load(board) as load:
        assert mpremote(board, "resume", "eval", "1+1").strip() == "2"
        before = load.answers
        assert mpremote(board, "resume", "exec", "print('still here')").strip() == "still here"
    assert load.answers > before and not load.failures


def test_a_webrepl_prompt_and_the_switch_work_side_by_side(board: VirtualBoard) -> None:
    with Load(board) as load:
        host = board.webrepl.split("/")[2]
        prompt = WebreplTransport(host, client.PASSWORD)
        prompt.enter_raw_repl(soft_reset=False)
        assert prompt.eval("6*7") == 42
        prompt.exit_raw_repl()
        prompt.close()
    assert not load.failures


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("how", ["hard", "prompt", "crash"])
def test_the_light_is_as_it_was_after_a_reset(board: VirtualBoard, on: bool, how: str) -> None:
    client.set_led(board.http, on)
    boots = board.do(lambda chip: chip.boots)
    if how == "hard":
        mpremote(board, "resume", "reset")
    elif how == "prompt":
        board.do(lambda chip: chip.terminal.put(b"\x04"))
    else:
        board.do(lambda chip: chip.hard_reset(cause=2))
    board.wait_for(lambda chip: chip.boots > boots)
    assert client.led(board.http) is on and lit(board) is on


def test_the_light_does_not_flash_while_the_board_boots(board: VirtualBoard) -> None:
    client.set_led(board.http, False)
    board.do(lambda chip: chip.gpio.history.clear())
    boots = board.do(lambda chip: chip.boots)
    board.do(Chip.hard_reset)
    board.wait_for(lambda chip: chip.boots > boots)
    assert board.do(lambda chip: {level for pin, level in chip.gpio.history if pin == 2}) == {1}


def test_after_mpremotes_soft_reset_the_switch_is_one_import_away(board: VirtualBoard) -> None:
    client.set_led(board.http, True)
    mpremote(board, "soft-reset")
    mpremote(board, "resume", "exec", "import main")
    assert client.led(board.http) is True


def test_code_on_the_board_can_be_edited_and_restarted_over_serial(
    board: VirtualBoard, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    note = tmp_path / "notes" / "note.txt"
    note.write_text("written over serial")
    mpremote(board, "fs", "cp", str(note), ":", "+", "fs", "cp", "-r", str(note.parent), ":")
    assert "note.txt" in mpremote(board, "fs", "ls", "notes")
    assert mpremote(board, "fs", "cat", "note.txt") == "written over serial"
    assert len(mpremote(board, "fs", "sha256sum", "note.txt").split()[-1]) == 64

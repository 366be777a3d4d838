"""`make deploy`, over the cable and over WiFi: what it changes, leaves alone, and says."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import client
import pytest
from deploy_rig import BLANK, KINDS, Files, Target, changed, old_and_new, variants
from test_webrepl_transcripts import LOGS, Conversation

from tools import build

MPREMOTE = [str(Path(sys.executable).with_name("mpremote")), "connect"]
Make = Callable[[Files | bytes], Target]
pytestmark = variants
kinds = pytest.mark.parametrize("kind", KINDS)


def mpremote(target: Target, *arguments: str) -> str:
    done = subprocess.run(
        [*MPREMOTE, target.board.serial, *arguments], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def stock_clients_work(target: Target) -> None:
    """mpremote, and a conversation of a stock WebREPL client as it was recorded."""
    assert mpremote(target, "resume", "eval", "6*7").strip() == "42"
    conversation = Conversation(target.board, LOGS["login-and-eval"])
    while conversation.step():
        pass


@kinds
def test_a_board_fresh_from_flashing_becomes_a_switch(
    files: Files, make_target: Make, kind: str
) -> None:
    # What webrepl_setup, the firmware's own, leaves: without it nobody gets in over WiFi.
    webrepl = {
        "/boot.py": b"import webrepl\nwebrepl.start()\n",
        "/webrepl_cfg.py": f"PASS = {client.PASSWORD!r}\n".encode(),
    }
    target = make_target(BLANK if kind == "PORT" else webrepl)
    status, lines = target.deploy(kind, files)
    assert status == 0
    assert lines[-1] == f"running at {target.board.http}"
    assert "~ boot.py" in lines and "+ main.py" in lines and "= 0 unchanged" in lines
    assert target.files() == files
    assert target.serves()
    stock_clients_work(target)


@kinds
def test_what_differs_is_told_and_then_it_is_on_the_board(
    files: Files, make_target: Make, kind: str, variant: str
) -> None:
    old, new = old_and_new(files)
    own = {"note.txt": b"mine", "device/mine.py": b"x = 1\n", "lib/also.py": b"x = 2\n"}
    users = {f"/{path}": content for path, content in own.items()}
    target = make_target({**old, **users})
    stock_clients_work(target)
    client.set_led(target.board.http, True)
    status, lines = target.deploy(kind, new)
    assert status == 0
    lines = [line.partition(" the module of that name")[0] for line in lines]
    assert lines == [
        "~ .deploy/manifest",
        "- device/gone.mpy",
        "~ device/led.mpy",
        "+ device/more/new.mpy",
        "+ device/pair.mpy",
        "- device/pair.py",
        "~ main.py",
        f"= {len(new) - 5} unchanged",
        *(["! device/mine.py is not ours and hides"] if variant == "romfs" else []),
        f"running at {target.board.http}",
    ]
    assert target.files() == {**new, **users}
    assert client.led(target.board.http) is True, "the light changed"
    assert target.at_its_prompt()
    stock_clients_work(target)


@kinds
def test_where_nothing_differs_it_asks_once_and_writes_nothing(
    files: Files, make_target: Make, kind: str, variant: str
) -> None:
    target = make_target(files)
    boots, asked = target.board.chip.boots, []

    def count(transport: object) -> None:
        execute = transport.exec_raw_no_follow
        transport.exec_raw_no_follow = lambda code: (asked.append(code), execute(code))[1]

    status, lines = target.deploy(kind, files, count)
    assert status == 0
    assert lines == [f"= {len(files)} unchanged", f"running at {target.board.http}"]
    assert target.writes() == 0 and target.board.chip.boots == boots
    sent = [code.split("(")[0] for code in asked if code.startswith("def ")]
    of_images = ["def images", "def on_top"] if variant == "romfs" else []
    # The names of files go in programs of a size that the board can compile.
    of_files = ["def hashes"] * (1 if variant == "romfs" else 2)
    assert sent == ["def survey", "def manifest", *of_images, *of_files, "def state"]
    assert len(asked) == 2 * len(sent)  # each is called once
    assert target.at_its_prompt() and target.serves()


def test_a_deploy_that_ends_well_clears_the_last_error(files: Files, make_target: Make) -> None:
    old, new = old_and_new(files)
    target = make_target(old)

    def last_error() -> str:
        return json.loads(client.request(target.board.http, "GET", "/status")[1])["last_error"]

    record = b"from device import rtc_state; rtc_state.record('mended since')\r"
    target.board.do(lambda chip: chip.terminal.put(record))
    target.board.wait_for(lambda chip: chip.rtc_memory[16:28] == b"mended since")
    assert last_error() == "mended since"
    assert target.deploy("PORT", new)[0] == 0
    assert last_error() == ""


@kinds
def test_a_dry_run_tells_and_changes_nothing(
    files: Files, make_target: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    monkeypatch.setenv("DRY_RUN", "1")
    status, lines = target.deploy(kind, new)
    assert status == 2 and "~ main.py" in lines
    assert target.deploy(kind, old)[0] == 0
    assert target.writes() == 0
    assert target.serves() and target.at_its_prompt()


def test_as_source_and_back_leaves_no_pairs_of_which_one_would_hide_the_other(
    files: Files, make_target: Make
) -> None:
    led = (build.ROOT / "device" / "led.py").read_bytes()
    source = changed(files, **{"device/led.mpy": None, "device/led.py": led})
    target = make_target(files)
    for wanted in (source, files):
        assert target.deploy("PORT", wanted)[0] == 0
        assert target.files() == wanted
        assert target.serves()


@kinds
def test_a_switch_that_was_stopped_is_started_again_though_no_file_differs(
    files: Files, make_target: Make, kind: str
) -> None:
    target = make_target(files)
    mpremote(target, "soft-reset")  # does not run main.py
    status, lines = target.deploy(kind, files)
    assert status == 0 and "restarting" in lines[1]
    assert target.serves() and target.writes() == 0


@kinds
def test_a_board_that_is_booting_is_not_interrupted(
    files: Files, make_target: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target(files)
    monkeypatch.setenv("DRY_RUN", "1")
    if kind == "PORT":  # over WiFi nobody comes in before there is WiFi
        monkeypatch.setattr("tools.virtual_board.hardware.wlan._JOIN_MS", 2500)
    boots = target.board.chip.boots
    target.board.do(lambda chip: chip.hard_reset())
    if kind == "HOST":
        target.board.wait_for(lambda chip: chip.stack.listener(8266) is not None)
    assert target.deploy(kind, files)[0] == 0
    assert target.board.chip.boots == boots + 1
    assert "interrupted" not in target.board.console and target.serves()


@kinds
def test_new_settings_go_up_and_are_in_force(files: Files, make_target: Make, kind: str) -> None:
    target = make_target(files)
    config = client.CONFIG.encode() + b"HTTP_PASSWORD = 'sesame'\n"
    status, lines = target.deploy(kind, changed(files, **{"webrepl_cfg.py": config}))
    assert status == 0 and lines[0] == "~ webrepl_cfg.py"
    assert client.request(target.board.http, "GET", "/led")[0] == 401

"""`make deploy`, over the cable and over WiFi: what it changes, leaves alone, and says."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import client
import pytest
from deploy_rig import BLANK, KINDS, Files, Target, changed, module, old_and_new
from test_webrepl_transcripts import LOGS, Conversation

from tools import build
from tools.board import connection
from tools.deploy import plan, steps
from tools.errors import UserError

MPREMOTE = [str(Path(sys.executable).with_name("mpremote")), "connect"]
Make = Callable[[Files | bytes], Target]
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


def at_its_prompt(target: Target) -> bool:
    return target.board.do(lambda chip: not chip.terminal.repl.raw)


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
    files: Files, make_target: Make, kind: str
) -> None:
    old, new = old_and_new(files)
    own = {"note.txt": b"mine", "device/mine.py": b"x = 1\n", "lib/also.py": b"x = 2\n"}
    users = {f"/{path}": content for path, content in own.items()}
    target = make_target({**old, **users})
    stock_clients_work(target)
    client.set_led(target.board.http, True)
    status, lines = target.deploy(kind, new)
    assert status == 0
    assert lines == [
        "~ .deploy/manifest",
        "- device/gone.mpy",
        "~ device/led.mpy",
        "+ device/more/new.mpy",
        "+ device/pair.mpy",
        "- device/pair.py",
        "~ main.py",
        f"= {len(new) - 5} unchanged",
        f"running at {target.board.http}",
    ]
    assert target.files() == {**new, **users}
    assert client.led(target.board.http) is True, "the light changed"
    assert at_its_prompt(target)
    stock_clients_work(target)


@kinds
def test_where_nothing_differs_it_asks_once_and_writes_nothing(
    files: Files, make_target: Make, kind: str
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
    assert [code.split("(")[0] for code in asked] == ["def survey", "def state"]
    assert at_its_prompt(target) and target.serves()


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
    assert target.serves() and at_its_prompt(target)


def test_as_source_and_back_leaves_no_pairs_of_which_one_would_hide_the_other(
    files: Files, make_target: Make, tmp_path: Path
) -> None:
    sources = plan.files(build.build(tmp_path / "sources", True, tmp_path / "webrepl_cfg.py"))
    target = make_target(files)
    for wanted in (sources, files):
        assert target.deploy("PORT", wanted)[0] == 0
        assert target.files() == wanted
        assert target.serves()


def test_a_source_that_hides_a_module_is_told_and_left_alone(
    files: Files, make_target: Make
) -> None:
    own = (build.ROOT / "device" / "led.py").read_bytes()
    target = make_target({**files, "/device/led.py": own})
    status, lines = target.deploy("PORT", files)
    assert status == 0 and any(line.startswith("! device/led.py") for line in lines)
    assert target.files()["/device/led.py"] == own


@kinds
@pytest.mark.parametrize("how", ["none left", "fails in the middle"])
def test_a_full_flash_is_one_line_and_the_old_set_serves(
    files: Files, make_target: Make, kind: str, how: str
) -> None:
    old, new = old_and_new(files)
    big = {"/big": os.urandom(1 << 12) * 728} if how == "none left" else {}
    target = make_target({**old, **big})

    def fill(_transport: object) -> None:
        if not big:
            target.board.do(lambda chip: chip.flash.fail.update(prog=28))

    with pytest.raises(UserError, match="flash is full") as raised:
        target.deploy(kind, new, fill)
    assert "\n" not in str(raised.value)
    # WebREPL knows no other answer to an error than to end the session, in the raw REPL.
    assert target.serves() and (at_its_prompt(target) or (kind == "HOST" and not big))
    target.board.do(lambda chip: chip.flash.fail.clear())
    if not big:
        assert target.deploy(kind, new)[0] == 0
    assert target.files() == {**(old if big else new), **big}


@kinds
def test_a_firmware_that_takes_another_mpy_version_is_refused(
    files: Files, make_target: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target(changed(files, **{"main.py": b"old"}))
    monkeypatch.setattr(steps, "MPY_VERSION", 7)
    with pytest.raises(UserError, match="make flash.*SOURCE=1"):
        target.deploy(kind, files)
    assert target.writes() == 0 and at_its_prompt(target)


@pytest.mark.parametrize(
    "own", [{"/device": b"cp to a folder that was not there"}, {"/main.py/x": b""}]
)
def test_what_is_in_a_files_way_is_named_before_anything_is_written(
    files: Files, make_target: Make, own: Files
) -> None:
    kept = {} if "/device" in own else {"/boot.py": files["/boot.py"]}
    target = make_target({**kept, **own})
    before = target.writes()
    with pytest.raises(UserError, match="device/|main.py"):
        target.deploy("PORT", files)
    assert target.writes() == before


@kinds
def test_a_deploy_that_was_decided_but_cut_off_is_finished_first(
    files: Files, make_target: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    monkeypatch.setenv("PORT", target.board.serial)
    with connection.raw_repl(connection.open_board(None)) as board:
        job = steps.Deploy(board, new, lambda text: None)
        job.record(job.stage(job.survey()))
    with monkeypatch.context() as dry:
        dry.setenv("DRY_RUN", "1")
        before = target.writes()
        assert target.deploy(kind, new)[0] == 2
        assert target.writes() == before
    status, lines = target.deploy(kind, new)
    assert status == 0 and "cut off" in lines[0]
    assert target.files() == new and target.serves()


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
        monkeypatch.setattr("tools.virtual_board.wlan._JOIN_MS", 2500)
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


def test_a_switch_that_does_not_start_is_told_with_its_reason(
    files: Files, make_target: Make
) -> None:
    target = make_target(files)
    broken = changed(files, **{"device/switch.mpy": module("raise ValueError('oops')")})
    with pytest.raises(UserError, match="does not run.*oops"):
        target.deploy("PORT", broken)
    assert at_its_prompt(target)
    assert target.deploy("PORT", files)[0] == 0
    assert target.serves()

"""A deploy that does not work undoes itself, with files and with an image."""

from collections.abc import Callable
from pathlib import Path

import pytest
from deploy_rig import KINDS, Files, Target, changed, files_in, variants
from power_rig import Recorder

from tools import build
from tools.board import calls, connection, on_board, restart, session
from tools.deploy import on_board as deploy_on_board
from tools.errors import UserError
from tools.paths import ROOT
from tools.settings import render

Make = Callable[..., Target]
CONFIRMED = 1  # in RTC memory, as in device/trial.py
pytestmark = [pytest.mark.slow, variants]
kinds = pytest.mark.parametrize("kind", KINDS)


def broken(files: Files, name: str, first: str) -> Files:
    """`files` with this line in front of a module of device/."""
    source = f"{first}\n" + (ROOT / "device" / f"{name}.py").read_text()
    return changed(files, **{f"device/{name}.mpy": build.compile_source(f"{name}.py", source)})


def ours(target: Target) -> Files:
    """The files in flash without what is kept for the way back."""
    return files_in(target.flash())[0]


def edited(files: Files) -> Files:
    """`files` with another led.mpy and main.py, and one file more."""
    source = (ROOT / "device" / "led.py").read_text() + "\n_MINE = 1\n"
    led = build.compile_source("device/led.py", source)
    main = files["/main.py"] + b"# edited\n"
    return changed(files, **{"device/led.mpy": led, "main.py": main, "more.py": b"a = 1\n"})


def staged(target: Target) -> str:
    """What is in /.deploy, as the board prints it."""
    with session.raw_repl(connection.open_board(None, target.board.serial)) as transport:
        return transport.exec("import os; print(os.listdir('/.deploy'))").decode().strip()


def undone(target: Target, kind: str, files: Files) -> str:
    """Deploy what cannot work: what the user is told, once the board runs as before."""
    before = ours(target)
    with pytest.raises(UserError) as raised:
        target.deploy(kind, files)
    assert target.serves()
    assert ours(target) == before
    return str(raised.value)


@kinds
def test_a_module_that_raises_is_taken_back_and_the_reason_told(
    files: Files, make_target: Make, kind: str
) -> None:
    target = make_target(files)
    told = undone(target, kind, broken(files, "api", "1 / 0"))
    assert "taken the deploy back" in told and "ZeroDivisionError" in told


def test_a_module_that_resets_the_board_at_its_import_is_taken_back(
    files: Files, make_target: Make
) -> None:
    target = make_target(files)
    told = undone(target, "PORT", broken(files, "api", "import machine; machine.reset()"))
    assert "reset by a program" in told


def test_a_module_that_is_missing_is_taken_back(files: Files, make_target: Make) -> None:
    target = make_target(files)
    told = undone(target, "PORT", changed(files, **{"device/http.mpy": None}))
    assert "ImportError" in told


def test_a_main_py_that_cannot_be_compiled_is_taken_back(files: Files, make_target: Make) -> None:
    target = make_target(files)
    assert "taken the deploy back" in undone(
        target, "PORT", changed(files, **{"main.py": b"if:\n"})
    )


def test_a_deploy_that_works_is_confirmed_and_no_longer_on_trial(
    files: Files, make_target: Make
) -> None:
    target = make_target(files)
    assert (
        target.deploy("PORT", changed(files, **{"main.py": files["/main.py"] + b"# more\n"}))[0]
        == 0
    )
    target.power_cycle()
    assert target.serves()
    assert staged(target) == "['manifest']"


def test_ten_good_minutes_confirm_a_deploy_and_the_next_boot_gives_the_flash_back(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_board, "confirm", on_board.state)  # the PC has gone
    target = make_target(files)
    target.deploy("PORT", edited(files))
    assert "undo" in staged(target)
    target.board.do(lambda chip: chip.hard_reset())  # out of the raw REPL
    target.board.wait_for(lambda chip: chip.boots == 3)
    assert target.serves()
    target.board.do(lambda chip: chip.clock.advance(600_000))
    target.board.wait_for(lambda chip: chip.rtc_memory[8] == CONFIRMED)
    assert "undo" in staged(target)
    target.board.do(lambda chip: chip.hard_reset())
    target.board.wait_for(lambda chip: chip.boots == 4)
    assert staged(target) == "['manifest']" and target.serves()


def test_power_lost_while_a_deploy_is_taken_back_leaves_the_new_set_or_makes_way_for_the_old(
    files: Files,
    make_target: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = make_target(files)
    old = ours(target)
    with monkeypatch.context() as patch:
        patch.setattr(on_board, "confirm", on_board.state)
        target.deploy("PORT", edited(files))
    new, recorder, boots = ours(target), Recorder(target), target.board.chip.boots
    assert new != old
    with session.raw_repl(connection.open_board(None, target.board.serial)) as transport:
        assert calls.run(transport, deploy_on_board.undo)
        restart.hard_reset(transport)
    target.board.wait_for(lambda chip: chip.boots > boots)
    assert ours(target) == old and target.serves()
    outcomes = recorder.outcomes(tmp_path, old=old, new=new)
    first = outcomes.index("old")
    assert outcomes == ["new"] * first + ["old"] * (len(outcomes) - first)
    for n, found in ((first - 1, new), (first, old), ((first + len(outcomes)) // 2, old)):
        again = make_target(recorder.content(n))
        assert again.serves() and ours(again) == found
        again.close()


def test_without_a_trial_the_files_stay(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAL", "0")
    target = make_target(files)
    new = broken(files, "api", "1 / 0")
    with pytest.raises(UserError, match="does not run"):
        target.deploy("PORT", new)
    assert target.files() == new


def settings(files: Files, **changes: str) -> Files:
    """`files` with these settings."""
    text = render(files["/webrepl_cfg.py"].decode(), changes)
    return changed(files, **{"webrepl_cfg.py": text.encode()})


@pytest.mark.parametrize("password", ["", "wrong password"])
def test_ten_minutes_without_wifi_take_the_deploy_back(
    files: Files, make_target: Make, password: str
) -> None:
    target = make_target(files)
    before = ours(target)
    if password:  # or there is no such network
        target.board.do(lambda chip: chip.wlan.air.networks.update(attic="right password"))
    with pytest.raises(UserError):  # the board is not in the network any more
        target.deploy("HOST", settings(files, WIFI_SSID="attic", WIFI_PASSWORD=password))
    boots = target.board.chip.boots
    target.board.do(lambda chip: chip.clock.advance(600_000))
    target.board.wait_for(lambda chip: chip.boots > boots)
    assert ours(target) == before and target.serves()


def test_a_wrong_password_for_the_network_that_the_board_is_in_leaves_it_there(
    files: Files, make_target: Make
) -> None:
    target = make_target(files)
    assert target.deploy("HOST", settings(files, WIFI_PASSWORD="wrong password"))[0] == 0
    target.power_cycle()
    assert target.serves() and target.board.do(lambda chip: chip.wlan.isconnected(0))

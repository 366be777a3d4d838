"""The light's timer: whatever happens to the board, no light stays on for ever."""

import client
import pytest
from deploy_rig import KINDS, Files, changed, module, variants
from fault_rig import boot, complaints
from timer_rig import Make, goes_off, lit, with_settings

from tools.errors import UserError
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import EXCEPTION, SOFT_RESTART, SOFT_WATCHDOG, WATCHDOG


def for_a_minute(board: VirtualBoard) -> None:
    status, body = client.request(board.http, "PUT", "/led", b'{"on": true, "for_s": 60}')
    assert (status, body) == (200, b'{"on": true}') and lit(board)


@variants
def test_the_light_goes_off_while_nobody_asks(make_with: Make, variant: str) -> None:
    board = make_with("AUTO_OFF_S = 60", variant=variant).board
    assert client.set_led(board.http, True)
    board.do(lambda chip: chip.clock.advance(59_000))
    assert client.led(board.http)
    board.do(lambda chip: chip.clock.advance(1_500))
    board.wait_for(lambda chip: not chip.gpio.led())
    assert "Traceback" not in board.console


def test_an_on_from_the_prompt_goes_off_while_nobody_asks(make_with: Make) -> None:
    board = make_with("AUTO_OFF_S = 60").board
    board.do(lambda chip: chip.terminal.put(b"from device import led; led.set(True)\r"))
    board.wait_for(lambda chip: chip.gpio.led())
    board.do(lambda chip: chip.clock.advance(61_000))
    board.wait_for(lambda chip: not chip.gpio.led())


@variants
@pytest.mark.parametrize("cause", [EXCEPTION, WATCHDOG, SOFT_WATCHDOG, SOFT_RESTART, 6])
def test_across_a_reset_the_light_goes_on_for_the_time_that_is_left(
    make_with: Make, variant: str, cause: int
) -> None:
    board = make_with("AUTO_OFF_S = 0", variant=variant).board
    for_a_minute(board)
    boot(board, lambda chip: chip.hard_reset(cause))
    assert client.led(board.http) is True
    goes_off(board, 51)


def test_after_a_power_cut_it_is_off(make_with: Make) -> None:
    target = make_with("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    target.power_cycle()
    assert client.led(target.board.http) is False


@pytest.mark.parametrize("kind", KINDS)
def test_a_deploy_does_not_make_its_time_longer(make_with: Make, files: Files, kind: str) -> None:
    target = make_with("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    new = with_settings(files, "AUTO_OFF_S = 60", "HTTP_PASSWORD = ''")
    assert target.deploy(kind, new)[0] == 0
    goes_off(target.board, 51)


@pytest.mark.parametrize("kind", KINDS)
def test_a_deploy_without_the_timer_leaves_no_light_on(
    make_with: Make, files: Files, kind: str
) -> None:
    target = make_with("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    assert target.deploy(kind, files)[0] == 0
    assert client.led(target.board.http) is False and not lit(target.board)


def test_a_soft_reset_that_runs_only_boot_py_leaves_it_off(make_with: Make) -> None:
    board = make_with("AUTO_OFF_S = 60").board
    client.set_led(board.http, True)
    boots = board.chip.boots
    board.do(lambda chip: chip.terminal.put(b"\x01\x04"))  # as mpremote does
    board.wait_for(lambda chip: chip.boots > boots or not chip.gpio.led(), 60)
    board.wait_for(lambda chip: not chip.gpio.led(), 60)


def test_in_safe_mode_it_is_off(make_with: Make) -> None:
    board = make_with("AUTO_OFF_S = 60").board
    client.set_led(board.http, True)
    for _ in range(3):
        boot(board, lambda chip: chip.hard_reset(EXCEPTION))
    assert "3 in a row" in complaints(board)[-1] and not lit(board)


@pytest.mark.parametrize("name", ["auto_off", "api", "server", "switch", "status"])
def test_a_broken_module_leaves_no_light_on_that_nobody_switches_off(
    make_with: Make, files: Files, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TRIAL", "0")  # or the board would take it back, and the timer with it
    target = make_with("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    broken = with_settings(files, "AUTO_OFF_S = 60")
    broken = changed(broken, **{f"device/{name}.mpy": module('raise ValueError("x")')})
    with pytest.raises(UserError):
        target.deploy("PORT", broken)
    assert not lit(target.board)
    target.board.do(lambda chip: chip.gpio.drive_from_outside(0, 0))
    target.board.do(lambda chip: chip.clock.advance(61_000))
    target.board.wait_for(lambda chip: not chip.gpio.led())


def test_settings_that_cannot_be_read_leave_no_light_on(make_with: Make, files: Files) -> None:
    target = make_with("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    assert target.deploy("PORT", with_settings(files, "AUTO_OFF_S = '60'"))[0] == 0
    assert not lit(target.board)
    assert any("AUTO_OFF_S" in line for line in complaints(target.board))

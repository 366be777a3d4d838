"""The light's timer and power: whatever happens to the board, no light stays on for ever."""

from collections.abc import Callable

import client
import pytest
from deploy_rig import KINDS, Files, Target, changed, module
from fault_rig import boot, complaints

from tools.errors import UserError
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import EXCEPTION, SOFT_RESTART, SOFT_WATCHDOG, WATCHDOG
from tools.virtual_board.hardware.flash import SECTOR

Make = Callable[..., Target]
TALLY = 0xFF000
variants = pytest.mark.parametrize("variant", ["generic", "romfs"])


def with_settings(files: Files, *lines: str) -> Files:
    """The bundle with these lines at the end of webrepl_cfg.py."""
    text = files["/webrepl_cfg.py"].decode() + "\n".join([*lines, ""])
    return changed(files, **{"webrepl_cfg.py": text.encode()})


def lit(board: VirtualBoard) -> bool:
    """Whether the relay has power."""
    return board.do(lambda chip: chip.gpio.led())


def goes_off(board: VirtualBoard, within: int) -> None:
    """By itself, so many seconds of the chip's clock from now at the latest."""
    for _ in range(within):
        board.do(lambda chip: chip.clock.advance(1000))
        client.led(board.http)
        if not lit(board):
            return
    raise AssertionError("it is still on")


def for_a_minute(board: VirtualBoard) -> None:
    status, body = client.request(board.http, "PUT", "/led", b'{"on": true, "for_s": 60}')
    assert (status, body) == (200, b'{"on": true}') and lit(board)


@pytest.fixture
def make(make_target: Make, files: Files) -> Callable[..., Target]:
    """make(*settings, variant=): a target with the bundle and these lines in webrepl_cfg.py."""
    return lambda *lines, variant="generic": make_target(with_settings(files, *lines), variant)


@variants
def test_the_light_goes_off_while_nobody_asks(make: Make, variant: str) -> None:
    board = make("AUTO_OFF_S = 60", variant=variant).board
    assert client.set_led(board.http, True)
    board.do(lambda chip: chip.clock.advance(59_000))
    assert client.led(board.http)
    board.do(lambda chip: chip.clock.advance(1_500))
    board.wait_for(lambda chip: not chip.gpio.led())
    assert "Traceback" not in board.console


def test_an_on_from_the_prompt_goes_off_while_nobody_asks(make: Make) -> None:
    board = make("AUTO_OFF_S = 60").board
    board.do(lambda chip: chip.terminal.put(b"from device import led; led.set(True)\r"))
    board.wait_for(lambda chip: chip.gpio.led())
    board.do(lambda chip: chip.clock.advance(61_000))
    board.wait_for(lambda chip: not chip.gpio.led())


@variants
@pytest.mark.parametrize("cause", [EXCEPTION, WATCHDOG, SOFT_WATCHDOG, SOFT_RESTART, 6])
def test_across_a_reset_the_light_goes_on_for_the_time_that_is_left(
    make: Make, variant: str, cause: int
) -> None:
    board = make("AUTO_OFF_S = 0", variant=variant).board
    for_a_minute(board)
    boot(board, lambda chip: chip.hard_reset(cause))
    assert client.led(board.http) is True
    goes_off(board, 51)


def test_after_a_power_cut_it_is_off(make: Make) -> None:
    target = make("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    target.power_cycle()
    assert client.led(target.board.http) is False


@pytest.mark.parametrize("kind", KINDS)
def test_a_deploy_does_not_make_its_time_longer(make: Make, files: Files, kind: str) -> None:
    target = make("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    new = with_settings(files, "AUTO_OFF_S = 60", "HTTP_PASSWORD = ''")
    assert target.deploy(kind, new)[0] == 0
    goes_off(target.board, 51)


@pytest.mark.parametrize("kind", KINDS)
def test_a_deploy_without_the_timer_leaves_no_light_on(
    make: Make, files: Files, kind: str
) -> None:
    target = make("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    assert target.deploy(kind, files)[0] == 0
    assert client.led(target.board.http) is False and not lit(target.board)


def test_a_soft_reset_that_runs_only_boot_py_leaves_it_off(make: Make) -> None:
    board = make("AUTO_OFF_S = 60").board
    client.set_led(board.http, True)
    boots = board.chip.boots
    board.do(lambda chip: chip.terminal.put(b"\x01\x04"))  # as mpremote does
    board.wait_for(lambda chip: chip.boots > boots or not chip.gpio.led(), 60)
    board.wait_for(lambda chip: not chip.gpio.led(), 60)


def test_in_safe_mode_it_is_off(make: Make) -> None:
    board = make("AUTO_OFF_S = 60").board
    client.set_led(board.http, True)
    for _ in range(3):
        boot(board, lambda chip: chip.hard_reset(EXCEPTION))
    assert "3 in a row" in complaints(board)[-1] and not lit(board)


@pytest.mark.parametrize("name", ["auto_off", "api", "server", "switch", "status"])
def test_a_broken_module_leaves_no_light_on_that_nobody_switches_off(
    make: Make, files: Files, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TRIAL", "0")  # or the board would take it back, and the timer with it
    target = make("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    broken = with_settings(files, "AUTO_OFF_S = 60")
    broken = changed(broken, **{f"device/{name}.mpy": module('raise ValueError("x")')})
    with pytest.raises(UserError):
        target.deploy("PORT", broken)
    assert not lit(target.board)
    target.board.do(lambda chip: chip.gpio.drive_from_outside(0, 0))
    target.board.do(lambda chip: chip.clock.advance(61_000))
    target.board.wait_for(lambda chip: not chip.gpio.led())


def test_settings_that_cannot_be_read_leave_no_light_on(make: Make, files: Files) -> None:
    target = make("AUTO_OFF_S = 60")
    client.set_led(target.board.http, True)
    assert target.deploy("PORT", with_settings(files, "AUTO_OFF_S = '60'"))[0] == 0
    assert not lit(target.board)
    assert any("AUTO_OFF_S" in line for line in complaints(target.board))


@variants
def test_on_is_on_when_power_comes_and_not_at_another_reset(make: Make, variant: str) -> None:
    target = make("POWER_ON = 'on'", variant=variant)
    board = target.board
    assert client.led(board.http) is True
    client.set_led(board.http, False)
    boot(board, lambda chip: chip.hard_reset(EXCEPTION))
    assert client.led(board.http) is False
    target.power_cycle()
    assert client.led(board.http) is True


def test_on_with_auto_off_is_on_for_its_time_after_each_power_cut(make: Make) -> None:
    target = make("POWER_ON = 'on'", "AUTO_OFF_S = 60")
    for _ in range(2):
        assert client.led(target.board.http) is True
        goes_off(target.board, 61)
        target.power_cycle()


def test_last_is_as_it_was_before_power_went(make: Make) -> None:
    target = make("POWER_ON = 'last'", variant="romfs")
    for on in (True, False, True):
        before = target.writes()
        client.set_led(target.board.http, on)
        target.board.do(lambda chip: chip.clock.advance(3_100))
        target.board.wait_for(lambda chip, n=before: chip.flash.writes == n + 1)
        target.power_cycle()
        assert client.led(target.board.http) is on and lit(target.board) is on
    assert target.flash()[TALLY] == 0b11111000


def test_power_that_goes_while_the_light_is_noted_leaves_the_old_state_or_the_new(
    make: Make,
) -> None:
    target = make("POWER_ON = 'last'", variant="romfs")
    board = target.board
    on = False
    for _ in range(3):
        for cut in (0, None):
            client.set_led(board.http, not on)
            writes = target.writes()
            board.do(lambda chip, cut=cut: setattr(chip.flash, "cut_after", cut))
            board.do(lambda chip: chip.clock.advance(3_100))
            board.wait_for(lambda chip, n=writes: chip.flash.writes > n)
            board.do(lambda chip: setattr(chip.flash, "cut_after", None))
            target.power_cycle()
            now = client.led(board.http)
            assert cut == 0 or now is not on
            on = now


def test_a_deploy_of_an_image_leaves_the_tally_alone(make: Make, files: Files) -> None:
    target = make("POWER_ON = 'last'", variant="romfs")
    client.set_led(target.board.http, True)
    target.board.do(lambda chip: chip.clock.advance(3_100))
    target.board.wait_for(lambda chip: chip.flash.read(TALLY, 1) == b"\xfe")
    led = module("_NEW = 1\n")
    new = changed(with_settings(files, "POWER_ON = 'last'"), **{"device/extra.mpy": led})
    assert target.deploy("PORT", new)[0] == 0
    assert target.flash()[TALLY : TALLY + SECTOR] == b"\xfe" + b"\xff" * (SECTOR - 1)
    target.power_cycle()
    assert client.led(target.board.http) is True


def test_last_is_refused_for_a_board_without_romfs(make: Make, files: Files) -> None:
    target = make()
    before = target.files()
    with pytest.raises(UserError, match="needs firmware with ROMFS"):
        target.deploy("PORT", with_settings(files, "POWER_ON = 'last'"))
    assert target.files() == before and target.serves()


def test_a_board_without_romfs_that_has_it_says_so_and_is_off(make: Make) -> None:
    board = make("POWER_ON = 'last'").board
    assert any("needs firmware with ROMFS" in line for line in complaints(board))
    assert client.led(board.http) is False
    assert client.set_led(board.http, True)

"""POWER_ON and power: whatever happens to the board, the light is on, off, or as it was."""

import client
import pytest
from deploy_rig import Files, changed, module, variants
from fault_rig import boot, complaints
from timer_rig import Make, goes_off, lit, with_settings

from tools.errors import UserError
from tools.virtual_board.chip import EXCEPTION
from tools.virtual_board.hardware.flash import SECTOR

TALLY = 0xFF000


@variants
def test_on_is_on_when_power_comes_and_not_at_another_reset(make_with: Make, variant: str) -> None:
    target = make_with("POWER_ON = 'on'", variant=variant)
    board = target.board
    assert client.led(board.http) is True
    client.set_led(board.http, False)
    boot(board, lambda chip: chip.hard_reset(EXCEPTION))
    assert client.led(board.http) is False
    target.power_cycle()
    assert client.led(board.http) is True


def test_on_with_auto_off_is_on_for_its_time_after_each_power_cut(make_with: Make) -> None:
    target = make_with("POWER_ON = 'on'", "AUTO_OFF_S = 60")
    for _ in range(2):
        assert client.led(target.board.http) is True
        goes_off(target.board, 61)
        target.power_cycle()


def test_last_is_as_it_was_before_power_went(make_with: Make) -> None:
    target = make_with("POWER_ON = 'last'", variant="romfs")
    for on in (True, False, True):
        before = target.writes()
        client.set_led(target.board.http, on)
        target.board.do(lambda chip: chip.clock.advance(3_100))
        target.board.wait_for(lambda chip, n=before: chip.flash.writes == n + 1)
        target.power_cycle()
        assert client.led(target.board.http) is on and lit(target.board) is on
    assert target.flash()[TALLY] == 0b11111000


def test_power_that_goes_while_the_light_is_noted_leaves_the_old_state_or_the_new(
    make_with: Make,
) -> None:
    target = make_with("POWER_ON = 'last'", variant="romfs")
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


def test_a_deploy_of_an_image_leaves_the_tally_alone(make_with: Make, files: Files) -> None:
    target = make_with("POWER_ON = 'last'", variant="romfs")
    client.set_led(target.board.http, True)
    target.board.do(lambda chip: chip.clock.advance(3_100))
    target.board.wait_for(lambda chip: chip.flash.read(TALLY, 1) == b"\xfe")
    led = module("_NEW = 1\n")
    new = changed(with_settings(files, "POWER_ON = 'last'"), **{"device/extra.mpy": led})
    assert target.deploy("PORT", new)[0] == 0
    assert target.flash()[TALLY : TALLY + SECTOR] == b"\xfe" + b"\xff" * (SECTOR - 1)
    target.power_cycle()
    assert client.led(target.board.http) is True


def test_last_is_refused_for_a_board_without_romfs(make_with: Make, files: Files) -> None:
    target = make_with()
    before = target.files()
    with pytest.raises(UserError, match="needs firmware with ROMFS"):
        target.deploy("PORT", with_settings(files, "POWER_ON = 'last'"))
    assert target.files() == before and target.serves()


def test_a_board_without_romfs_that_has_it_says_so_and_is_off(make_with: Make) -> None:
    board = make_with("POWER_ON = 'last'").board
    assert any("needs firmware with ROMFS" in line for line in complaints(board))
    assert client.led(board.http) is False
    assert client.set_led(board.http, True)

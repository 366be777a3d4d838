"""Safe mode: three resets in a row that count leave the switch off, and nothing less does; seven
leave nothing but a way in."""

import builtins
import sys

import machine
import network
import pytest
from boot_rig import Suspect

pytestmark = pytest.mark.slow
CRASHES = [1, 2, 3]  # watchdog, exception, soft watchdog
PROGRAMS = [4, 5]  # machine.reset(), deep sleep
BY_HAND = [0, 6]  # power, the reset button
WEBREPL = "device.webrepl_server"  # which is a stand-in


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    machine.plug_in(monkeypatch)
    network.at_home()
    return Suspect(monkeypatch, tmp_path, capsys)


@pytest.mark.parametrize("cause", CRASHES)
def test_three_crashes_in_a_row_leave_the_switch_off(board, cause):
    states = []
    for _ in range(3):
        board.reset(cause)
        states.append(board.is_safe())
    assert states == [False, False, True]


@pytest.mark.parametrize("cause", PROGRAMS)
def test_three_resets_by_a_program_before_the_switch_has_worked_leave_it_off(board, cause):
    board.reset(machine.PWRON_RESET)
    states = []
    for _ in range(3):
        board.reset(cause)
        states.append(board.is_safe())
    assert states == [False, False, True]
    assert board.last_error() == "reset by a program, 3 in a row"


def test_crashes_and_resets_by_a_program_count_together(board):
    board.reset(machine.PWRON_RESET)
    for cause in (machine.SOFT_RESET, machine.WDT_RESET, machine.SOFT_RESET):
        board.reset(cause)
    assert board.is_safe()


@pytest.mark.parametrize("cause", PROGRAMS)
def test_a_switch_that_has_worked_may_be_reset_by_a_program_any_number_of_times(board, cause):
    board.reset(machine.PWRON_RESET)
    for _ in range(10):
        board.works()
        board.reset(cause)
        assert board.rtc_state().crashes == 0


def test_who_works_at_the_prompt_may_reset_the_board_any_number_of_times(board):
    board.reset(machine.PWRON_RESET)
    for _ in range(10):
        board.boot()  # the soft reset that mpremote begins with
        board.reset(machine.SOFT_RESET)
        assert board.rtc_state().crashes == 0


@pytest.mark.parametrize("cause", PROGRAMS + BY_HAND)
def test_any_reset_but_a_crash_brings_the_switch_back_from_safe_mode(board, cause):
    for _ in range(3):
        board.reset(machine.EXCEPTION)
    board.reset(cause)
    assert not board.is_safe()
    board.reset(machine.EXCEPTION)
    assert not board.is_safe()


@pytest.mark.parametrize("cause", BY_HAND)
def test_power_cuts_and_the_reset_button_never_leave_the_switch_off(board, cause):
    for _ in range(10):
        board.reset(cause)
    assert not board.is_safe()


def test_mpremotes_soft_resets_after_a_crash_do_not_leave_the_switch_off(board):
    board.reset(machine.EXCEPTION)
    for _ in range(10):
        board.boot()
    assert board.rtc_state().crashes == 1


def test_a_soft_reset_does_not_end_safe_mode(board):
    for _ in range(3):
        board.reset(machine.EXCEPTION)
    board.boot()
    assert board.is_safe()


def test_a_crash_after_many_soft_resets_counts(board):
    for _ in range(3):
        board.reset(machine.WDT_RESET)
        board.boot()
    assert board.is_safe()


def test_a_board_that_crashes_for_weeks_stays_in_safe_mode(board):
    for _ in range(300):
        board.reset(machine.WDT_RESET)
    assert board.is_safe()


@pytest.mark.parametrize("cause, word", [(1, "watchdog"), (2, "exception"), (3, "watchdog")])
def test_the_reason_is_there_to_be_read(board, cause, word):
    board.reset(cause)
    assert board.last_error() == f"crash by {word}, 1 in a row"


def test_an_error_from_before_stays_when_the_board_is_reset_by_hand(board):
    board.rtc_state().record("WiFi: wrong password")
    board.reset(machine.HARD_RESET)
    assert board.last_error() == "WiFi: wrong password"


def test_a_file_whose_import_crashes_the_board_does_not_keep_its_owner_out(board):
    network.active[1] = True
    for crashes in range(1, 8):
        *lines, last = board.reset(machine.WDT_RESET)
        assert (last == "boot: address 192.168.1.7") == (crashes < 7)
    assert not lines and "7 resets in a row" in last and "reset the board" in last
    # Nothing of device/ was imported for all that, nor will be.
    assert not [name for name in sys.modules if name.startswith("device.") and name != WEBREPL]
    assert (board.stock.passwords, board.stock.timeout) == (["letmein"], 3)
    assert not network.active[1]
    assert board.main() == []


def test_once_it_is_mended_a_reset_brings_the_switch_back(board):
    for _ in range(9):
        board.reset(machine.EXCEPTION)
    assert "9 resets" in board.boot()[0]  # mpremote's soft reset is none
    assert board.reset(machine.SOFT_RESET) == ["boot: address 192.168.1.7"]
    assert not board.is_safe()


def test_a_module_that_resets_the_board_when_it_is_imported_does_not_keep_its_owner_out(
    board, monkeypatch
):
    board.reset(machine.PWRON_RESET)

    class Reset(BaseException):
        """What machine.reset() does to the program."""

    def load(name, *args):
        if name == "device" and "config" in (args[2] or ()):
            raise Reset
        return original(name, *args)

    original = builtins.__import__
    for resets in range(1, 8):
        with monkeypatch.context() as patch:
            patch.setattr(builtins, "__import__", load)
            last = board.reset(machine.SOFT_RESET)[-1]
        # The rest of a boot, which does not come about there, may not forgive it.
        assert board.rtc_state().crashes == resets
    assert "7 resets in a row" in last
    assert (board.stock.passwords[-1], board.stock.timeout) == ("letmein", 3)
    # Somebody mends it and resets the board over WiFi.
    assert board.reset(machine.SOFT_RESET) == ["boot: address 192.168.1.7"]
    assert not board.is_safe()

"""Safe mode: three crashes in a row leave the switch off, and nothing less does; seven leave
nothing but a way in."""

import sys

import machine
import network
import pytest
from boot_rig import Board

pytestmark = pytest.mark.slow
CRASHES = [1, 2, 3]  # watchdog, exception, soft watchdog
OTHERS = [0, 4, 5, 6]
DOOR = "device.webrepl_server"  # which is a stand-in


class Suspect(Board):
    """A board that is reset again and again."""

    def reset(self, cause):
        """Reset it and boot."""
        machine.reset(cause)
        network.reset()
        return self.boot()

    def is_safe(self):
        """Whether its switch stays off."""
        rtc_state = self.rtc_state()
        from device import safe_mode

        assert safe_mode.active() == (rtc_state.crashes > 2)
        return safe_mode.active()


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


@pytest.mark.parametrize("cause", OTHERS)
def test_a_reset_by_hand_or_program_brings_the_switch_back(board, cause):
    for _ in range(3):
        board.reset(machine.EXCEPTION)
    board.reset(cause)
    assert not board.is_safe()
    board.reset(machine.EXCEPTION)
    assert not board.is_safe()


@pytest.mark.parametrize("cause", OTHERS)
def test_resets_that_are_no_crashes_never_leave_the_switch_off(board, cause):
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
    assert not lines and "7 crashes in a row" in last and "reset the board" in last
    # Nothing of device/ was imported for all that, nor will be.
    assert not [name for name in sys.modules if name.startswith("device.") and name != DOOR]
    assert (board.stock.passwords, board.stock.timeout) == (["letmein"], 3)
    assert not network.active[1]
    assert board.main(boot_interrupted=board.globals["boot_interrupted"]) == []


def test_once_it_is_mended_a_reset_brings_the_switch_back(board):
    for _ in range(9):
        board.reset(machine.EXCEPTION)
    assert "9 crashes" in board.boot()[0]  # mpremote's soft reset is none
    assert board.reset(machine.SOFT_RESET) == ["boot: address 192.168.1.7"]
    assert not board.is_safe()


@pytest.mark.parametrize("memory", [b"", b"\xff" * 492, bytes(128)])
def test_crashes_are_counted_though_the_memory_holds_rubbish(board, memory):
    machine.memory = memory
    for _ in range(7):
        last = board.reset(machine.WDT_RESET)[-1]
    assert "7 crashes in a row" in last

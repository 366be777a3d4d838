"""Safe mode: three crashes in a row leave the switch off, and nothing less does."""

import machine
import network
import pytest

from device import retained, safe_mode

CRASHES = [1, 2, 3]  # watchdog, exception, soft watchdog
OTHERS = [0, 4, 5, 6]


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)
    network.new_chip()


def reset(cause):
    """Reset the board and boot."""
    machine.reset(cause)
    network.reset()
    boot()


def boot():
    """Boot, as after a soft reset."""
    retained.load()
    safe_mode.count()


def is_safe():
    retained.load()
    return safe_mode.active()


@pytest.mark.parametrize("cause", CRASHES)
def test_three_crashes_in_a_row_leave_the_switch_off(cause):
    states = []
    for _ in range(3):
        reset(cause)
        states.append(is_safe())
    assert states == [False, False, True]


@pytest.mark.parametrize("cause", OTHERS)
def test_a_reset_by_hand_or_program_brings_the_switch_back(cause):
    for _ in range(3):
        reset(machine.EXCEPTION)
    reset(cause)
    assert not is_safe()
    reset(machine.EXCEPTION)
    assert not is_safe()


@pytest.mark.parametrize("cause", OTHERS)
def test_resets_that_are_no_crashes_never_leave_the_switch_off(cause):
    for _ in range(10):
        reset(cause)
    assert not is_safe()


def test_mpremotes_soft_resets_after_a_crash_do_not_leave_the_switch_off():
    reset(machine.EXCEPTION)
    for _ in range(10):
        boot()
    assert retained.crashes == 1


def test_a_soft_reset_does_not_end_safe_mode():
    for _ in range(3):
        reset(machine.EXCEPTION)
    boot()
    assert is_safe()


def test_a_crash_after_many_soft_resets_counts():
    for _ in range(3):
        reset(machine.WDT_RESET)
        boot()
    assert is_safe()


def test_a_board_that_crashes_for_weeks_stays_in_safe_mode():
    for _ in range(300):
        reset(machine.WDT_RESET)
    assert is_safe()


@pytest.mark.parametrize("cause, word", [(1, "watchdog"), (2, "exception"), (3, "watchdog")])
def test_the_reason_is_there_to_be_read(cause, word):
    reset(cause)
    assert retained.last_error() == f"crash by {word}, 1 in a row"


def test_an_error_from_before_stays_when_the_board_is_reset_by_hand():
    retained.load()
    retained.record("WiFi: wrong password")
    reset(machine.HARD_RESET)
    assert retained.last_error() == "WiFi: wrong password"

"""RTC memory: what survives, and what is made of memory that is not ours."""

import random

import machine
import pytest

from device import rtc_state, status

HEAD, CRASHES = 16, 5  # its size, and where it has the count of resets


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)
    rtc_state.load()


def values():
    """What a boot finds."""
    rtc_state.load()
    return rtc_state.light, rtc_state.crashes, rtc_state.last_error()


def fill():
    rtc_state.set_light(True)
    rtc_state.set(CRASHES, 2)
    rtc_state.record("WiFi: wrong password")


def test_a_new_board_is_off_without_crashes_or_errors():
    assert values() == (False, 0, "")


def test_everything_retained_is_there_after_a_reset():
    fill()
    machine.reset(machine.HARD_RESET)
    assert values() == (True, 2, "WiFi: wrong password")


def test_nothing_is_left_after_a_power_cut():
    fill()
    machine.power_on()
    assert values() == (False, 0, "")


def test_one_damaged_bit_of_the_head_does_not_switch_the_light_on():
    fill()
    good = machine.memory
    for bit in range(8 * HEAD):
        damaged = bytearray(good)
        damaged[bit // 8] ^= 1 << bit % 8
        machine.memory = bytes(damaged)
        assert values() == (False, 0, "")


@pytest.mark.parametrize("length", [0, 1, 3, 5, 127, 128, 129, 492])
def test_another_programs_memory_does_not_switch_the_light_on(length):
    noise = random.Random(length)
    for memory in [bytes(length), b"\xff" * length] + [noise.randbytes(length) for _ in range(50)]:
        machine.memory = memory
        assert values() == (False, 0, "")


def test_damaged_memory_holds_new_values_at_once():
    machine.memory = b"\xff" * 492
    rtc_state.load()
    fill()
    assert values() == (True, 2, "WiFi: wrong password")


@pytest.mark.parametrize("at", [1, HEAD, 100])
def test_memory_that_is_damaged_in_the_last_error_keeps_the_light(at):
    fill()
    machine.memory = machine.memory[:-at] + bytes(at)
    assert values()[:2] == (True, 2)


def test_a_light_that_is_set_to_what_it_is_costs_no_write():
    fill()
    before = machine.writes
    rtc_state.set_light(True)
    assert machine.writes == before


def test_it_leaves_room_for_a_log_of_24_events_in_the_memory_of_492_bytes():
    fill()
    assert len(machine.memory) + 24 * 8 <= 492


def test_what_a_later_version_keeps_behind_ours_survives_a_version_that_does_not_know_it():
    fill()
    log = bytes(range(192))
    machine.memory += log
    assert values() == (True, 2, "WiFi: wrong password")
    rtc_state.set_light(False)
    rtc_state.record("another")
    rtc_state.settle()
    assert machine.memory.endswith(log)
    assert values() == (False, 0, "another")


def test_memory_with_nothing_but_a_head_keeps_the_light():
    fill()
    machine.memory = machine.memory[:HEAD]
    assert values() == (True, 2, "")
    rtc_state.record("new")
    assert values() == (True, 2, "new")


def test_a_trial_and_a_time_to_go_off_can_be_kept_in_the_head():
    fill()
    for i in range(8, HEAD):
        rtc_state.set(i, i)
    assert values() == (True, 2, "WiFi: wrong password")
    assert machine.memory[8:HEAD] == bytes(range(8, HEAD))


def test_once_the_switch_has_worked_no_reset_before_it_counts():
    fill()
    rtc_state.load()
    assert not rtc_state.settled
    rtc_state.settle()
    assert values() == (True, 0, "WiFi: wrong password") and rtc_state.settled


def test_a_minute_without_any_request_shows_that_the_switch_works():
    fill()
    rtc_state.load()
    assert status.tick(1000) == 59_000
    assert not rtc_state.settled
    assert status.tick(60_000) is None
    assert rtc_state.settled and values()[1] == 0


def test_an_error_too_long_is_cut_and_a_shorter_one_leaves_nothing_of_it():
    rtc_state.record("x" * 500)
    assert values() == (False, 0, "x" * 112)
    rtc_state.record("short")
    assert values() == (False, 0, "short")


def test_an_error_in_any_script_and_of_several_lines_can_be_shown():
    rtc_state.record("Tür\n\x00\x1b[31m€\x7f" + chr(0x1F4A1))
    assert rtc_state.last_error().isprintable()
    assert rtc_state.last_error().startswith("T?r")

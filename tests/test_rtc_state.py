"""RTC memory: what survives, and what is made of memory that is not ours."""

import random

import machine
import pytest

from device import rtc_state


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
    rtc_state.set_crashes(2)
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


def test_one_damaged_bit_anywhere_does_not_switch_the_light_on():
    fill()
    good = machine.memory
    for bit in range(8 * len(good)):
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


def test_requests_that_change_nothing_cost_no_write():
    fill()
    before = machine.writes
    rtc_state.set_light(True)
    rtc_state.set_crashes(2)
    assert machine.writes == before


def test_it_leaves_room_in_the_memory_of_492_bytes():
    fill()
    assert len(machine.memory) == 128


@pytest.mark.parametrize("count", [255, 256, 1000])
def test_the_count_of_crashes_does_not_start_again_at_255(count):
    rtc_state.set_crashes(count)
    assert values() == (False, 255, "")


def test_an_error_too_long_is_cut_and_a_shorter_one_leaves_nothing_of_it():
    rtc_state.record("x" * 500)
    assert values() == (False, 0, "x" * 122)
    rtc_state.record("short")
    assert values() == (False, 0, "short")


def test_an_error_in_any_script_and_of_several_lines_can_be_shown():
    rtc_state.record("Tür\n\x00\x1b[31m€\x7f" + chr(0x1F4A1))
    assert rtc_state.last_error().isprintable()
    assert rtc_state.last_error().startswith("T?r")

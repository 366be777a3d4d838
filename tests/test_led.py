"""The light: what it shows at a reset, and what is kept of it."""

import machine
import pytest

from device import led, rtc_state


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)
    rtc_state.load()


@pytest.mark.parametrize("active_low", [True, False])
@pytest.mark.parametrize("light", [True, False])
def test_the_light_does_not_flash_at_a_reset(light, active_low):
    rtc_state.set_light(light)
    led.start(2, active_low)
    assert machine.calls == [("init", 2, machine.Pin.OUT, light != active_low)]


@pytest.mark.parametrize("active_low", [True, False])
def test_the_lamp_follows_the_switch_whichever_way_it_is_wired(active_low):
    led.start(2, active_low)
    led.set(True)
    assert led.signal.value() == 1
    assert machine.pins[2]["level"] == (0 if active_low else 1)
    led.set(False)
    assert led.signal.value() == 0
    assert machine.pins[2]["level"] == (1 if active_low else 0)


def test_a_toggle_switches_the_light_to_the_other_state_each_time():
    led.start(5, False)
    states = []
    for _ in range(3):
        led.toggle()
        states.append(led.signal.value())
    assert states == [1, 0, 1]


def test_the_light_is_as_it_was_after_a_reset():
    led.start(2, True)
    led.set(True)
    machine.reset(machine.SOFT_RESET)
    rtc_state.load()
    led.start(2, True)
    assert led.signal.value()


def test_the_light_is_off_after_a_power_cut():
    led.start(2, True)
    led.set(True)
    machine.power_on()
    rtc_state.load()
    led.start(2, True)
    assert not led.signal.value()


def test_the_page_shows_a_change_made_at_the_prompt():
    led.start(2, True)
    machine.Pin(2).value(0)
    assert led.signal.value()
    led.toggle()
    assert not led.signal.value()

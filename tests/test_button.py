"""The button: one press, one toggle, however its contacts bounce."""

import machine
import pytest

from device import button

WRAP = 1 << 30  # ms, when the chip's counter starts again


class Switch:
    """Notes what the button does."""

    def __init__(self):
        self.did = []
        button.start()

    def toggle(self):
        self.did.append("toggle")

    def sweep(self):
        self.did.append("sweep")
        button.poll(False)  # a source of the server

    @property
    def toggles(self):
        return self.did.count("toggle")


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)
    machine.now = 1500  # what a board takes to boot


@pytest.fixture
def started(monkeypatch):
    """started(): a Switch, as the board starts."""

    def start():
        switch = Switch()
        monkeypatch.setattr(button, "led", switch)
        monkeypatch.setattr(button, "sweep", switch.sweep)
        return switch

    return start


@pytest.fixture
def switch(started):
    switch = started()
    wait(1000)
    return switch


def wait(ms):
    machine.now += ms


def bounce(level, times=4):
    """Contacts close or open: several edges within some ms, `level` in the end."""
    for _ in range(times):
        machine.drive(0, level)
        wait(1)
        machine.drive(0, 1 - level)
        wait(1)
    machine.drive(0, level)


def test_a_press_toggles_the_light_once(switch):
    machine.drive(0, 0)
    wait(100)
    machine.drive(0, 1)
    assert switch.toggles == 1


def test_a_press_of_bouncing_contacts_toggles_the_light_once(switch):
    bounce(0)
    wait(200)
    bounce(1)
    assert switch.toggles == 1


def test_letting_go_after_seconds_does_not_toggle_again(switch):
    bounce(0)
    wait(5000)
    bounce(1)
    wait(5000)
    assert switch.toggles == 1


def test_every_press_of_a_series_counts(switch):
    for _ in range(5):
        bounce(0)
        wait(120)
        bounce(1)
        wait(120)
    assert switch.toggles == 5


def test_a_press_whose_first_bounce_is_over_before_it_is_looked_at_counts(switch):
    handler = machine.pins[0]["handler"]
    handler(machine.Pin(0))  # the pin fell and is high again
    wait(1)
    machine.drive(0, 0)
    assert switch.toggles == 1


def test_events_lost_from_a_full_queue_cost_one_press_at_most(switch):
    machine.pins[0]["level"] = 0  # unseen
    wait(100)
    machine.pins[0]["level"] = 1
    wait(100)
    machine.drive(0, 0)
    assert switch.toggles == 1


def test_a_press_whose_event_is_lost_counts_at_the_next_look(switch):
    machine.pins[0]["level"] = 0  # unseen
    button.poll(machine.now)
    wait(100)
    machine.drive(0, 1)
    assert switch.toggles == 1


def test_looking_again_at_a_button_that_is_held_down_does_nothing(switch):
    machine.drive(0, 0)
    for _ in range(10):
        wait(25)
        button.poll(machine.now)
    assert switch.toggles == 1


@pytest.mark.parametrize("days", [0, 3, 7, 12, 13])
def test_a_press_counts_however_long_ago_the_last_one_was(switch, days):
    machine.drive(0, 0)
    wait(100)
    machine.drive(0, 1)
    wait(days * 24 * 3600 * 1000 + 60)
    machine.drive(0, 0)
    assert switch.toggles == 2


def test_a_press_counts_while_the_counter_starts_again(switch):
    machine.now = WRAP - 30
    machine.drive(0, 0)
    wait(20)
    machine.drive(0, 1)
    wait(60)
    machine.drive(0, 0)
    assert switch.toggles == 2


def test_a_press_right_after_the_start_counts(started):
    switch = started()
    machine.drive(0, 0)
    assert switch.toggles == 1


def test_a_button_held_down_at_boot_does_not_toggle(started):
    machine.Pin(0)
    machine.pins[0]["level"] = 0
    switch = started()
    wait(3000)
    machine.drive(0, 1)
    wait(3000)
    assert switch.toggles == 0
    machine.drive(0, 0)
    assert switch.toggles == 1


def test_a_press_heals_the_socket_events_that_it_pushed_out_of_the_queue(switch):
    bounce(0)
    assert (switch.did.count("toggle"), switch.did.count("sweep")) == (1, 9)  # one an edge


def test_the_button_needs_no_resistor_of_its_own(switch):
    assert machine.calls == [("init", 0, machine.Pin.IN, None)]
    assert machine.pins[0]["pull"] == machine.Pin.PULL_UP

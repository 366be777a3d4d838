"""POWER_ON: the light when power comes."""

import sys

import machine
import pytest
from power_on_rig import Board, Flash


@pytest.fixture
def board(monkeypatch):
    machine.plug_in(monkeypatch)
    return Board(monkeypatch, Flash())


def test_on_is_on_when_power_comes_and_only_then(board):
    assert board.boot("on") and not board.server.jobs
    board.led.set(False)
    assert not board.boot("on", power=False)
    assert "device.power_on" not in sys.modules, "nothing has to run for it"


@pytest.mark.parametrize("states", [[True], [True, False], [True, False, True], []])
def test_last_is_as_it_was_before_power_went(board, states):
    board.boot()
    for on in states:
        board.switch(on)
    for _ in range(3):
        assert board.boot() == (states or [False])[-1]
    assert board.flash.written == len(states) and not board.flash.erased


def test_a_warm_reset_keeps_the_light_of_rtc_memory(board):
    board.boot()
    board.switch(True)
    board.led.set(False)
    assert not board.boot(power=False)


def test_a_client_that_switches_all_the_time_wears_no_flash(board):
    board.boot()
    for i in range(100):
        board.switch(bool(i & 1), seconds=2)
    assert board.flash.written == 0
    board.switch(True)
    assert board.flash.written == 1


def test_it_is_due_only_while_there_is_something_to_write(board):
    board.boot()
    (poll,) = board.server.jobs
    assert poll(0) is None
    board.led.set(True)
    assert poll(1000) == 3000 and poll(2500) == 1500
    assert poll(4000) is None and poll(5000) is None
    assert board.flash.written == 1


def test_a_clock_that_begins_anew_delays_nothing_for_long(board):
    board.boot()
    (poll,) = board.server.jobs
    board.led.set(True)
    assert poll((1 << 30) - 1000) == 3000
    assert poll(1999) == 1 and poll(2000) is None
    assert board.flash.written == 1

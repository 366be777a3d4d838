"""Auto-off: the light goes off in time, whatever the clock does and whoever switched it on."""

import machine
import micropython
import pytest
from auto_off_rig import OFF, ON, PERIOD, SECOND, Board


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


def test_the_light_goes_off_by_itself_and_each_on_starts_the_time_anew(board):
    board.put(ON)
    assert board.run(400) == 400 * SECOND
    board.put(ON)
    assert board.run(1000) == 600 * SECOND
    assert not board.lit and board.kept == 0 and not board.rtc_state.light


def test_the_status_tells_how_long_it_is_still_on(board):
    assert board.off_in() is None
    board.put(ON)
    assert board.off_in() == 600
    board.run(590)
    assert board.off_in() == 10
    board.put(OFF)
    assert board.off_in() is None


def test_an_off_ends_it_and_nothing_is_due_then(board):
    board.put(b'{"on": true, "for_s": 30}')
    board.put(OFF)
    assert not board.lit and board.kept == 0
    assert [job(machine.now) for job in board.server.jobs] == [None]


def test_button_and_prompt_start_the_time_too(board):
    board.led.toggle()
    assert board.queue == [board.server.sweep], "nobody calls the timer"
    assert board.run(1000) == 600 * SECOND
    board.led.signal.value(1)  # past led.py
    assert board.run(1000) == 600 * SECOND


def test_a_full_queue_does_not_hinder_an_on(board, monkeypatch):
    def full(*_):
        raise RuntimeError("schedule queue full")

    monkeypatch.setattr(micropython, "schedule", full)
    assert b'{"on": true}' in board.put(ON)


@pytest.mark.parametrize("start", [PERIOD - 1000, PERIOD // 2 - 1000, PERIOD - 300 * SECOND])
def test_it_goes_off_in_time_where_the_clock_begins_anew(board, start):
    machine.now = start
    board.put(ON)
    assert board.run(1000) == 600 * SECOND


def test_it_goes_off_at_once_where_nobody_looked_for_six_days(board):
    board.put(ON)
    machine.now += PERIOD // 2 + 5
    board.look()
    assert not board.lit

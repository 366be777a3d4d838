"""Auto-off: no reset or crash leaves a light on that has a time to go off."""

import machine
import pytest
from auto_off_rig import LEFT, OFF, ON, SECOND, Board


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


@pytest.mark.parametrize("cause", [1, 2, 3, 4, 6], ids=lambda cause: f"cause{cause}")
def test_it_goes_on_across_a_deploy_or_a_crash_but_never_longer(board, cause):
    board.put(ON)
    lit = board.run(100)
    board.boot(cause=cause)
    assert not board.safe_mode_light, "it was on before the timer ran"
    lit += board.run(1000)
    assert 580 * SECOND <= lit <= 600 * SECOND and not board.lit


@pytest.mark.parametrize("seconds", [1, 9, 10, 11, 25])
def test_no_row_of_crashes_makes_it_longer(board, seconds):
    board.boot(120)
    board.put(ON)
    lit = 0
    for _ in range(14):
        lit += board.run(seconds, 500)
        board.boot(120, cause=machine.EXCEPTION)
    assert 0 < lit <= 120 * SECOND and not board.lit


def test_a_crash_between_any_two_writes_of_rtc_memory_leaves_no_light_without_a_time(
    board, monkeypatch
):
    for action in (ON, OFF, b'{"on": true, "for_s": 30}'):
        for before in (ON, OFF):
            board.put(before)
            seen = []
            memory = machine.RTC.memory

            def spy(self, *data, seen=seen, memory=memory):
                if data:
                    seen.append((bytes(data[0]), board.lit))
                return memory(self, *data)

            monkeypatch.setattr(board.rtc_state, "_memory", lambda *x, spy=spy: spy(None, *x))
            monkeypatch.setattr(machine.RTC, "memory", memory)
            board.put(action)
            board.rtc_state.load()
            for kept, lit in seen:
                assert sum(kept[:16]) & 0xFF == 0
                left = int.from_bytes(kept[LEFT], "little")
                assert left or not (lit and kept[4])


def test_a_power_cut_ends_it(board):
    board.put(ON)
    machine.power_on()
    board.boot()
    assert not board.lit and board.run(10) == 0


def test_where_the_switch_does_not_start_the_light_stays_off(board):
    board.put(ON)
    board.boot(start=False, cause=machine.EXCEPTION)
    assert not board.lit
    board.led.toggle()  # the button, without a server
    assert not board.lit
    board.boot(cause=machine.SOFT_RESET)
    assert 0 < board.run(1000) <= 590 * SECOND


def test_without_its_module_a_light_that_has_a_time_goes_off(board):
    board.put(ON)
    board.boot(-1, cause=machine.SOFT_RESET)
    assert not board.lit and not board.rtc_state.light
    board.boot(cause=machine.SOFT_RESET)
    assert not board.lit


def test_a_light_that_was_on_without_a_time_gets_one(board):
    board.boot(-1)
    board.led.set(True)
    board.boot(0, cause=machine.SOFT_RESET)
    assert board.safe_mode_light and board.run(1000) == 1000 * SECOND
    board.boot(600, cause=machine.SOFT_RESET)
    assert board.run(1000) == 600 * SECOND


def test_rtc_memory_is_written_every_ten_seconds_at_most(board):
    board.put(ON)
    before = machine.writes
    board.run(500, 100)
    assert machine.writes - before <= 50
    assert 0 <= board.kept - board.off_in() <= 10


def test_the_time_leaves_the_last_error_as_it_was(board):
    board.rtc_state.record("WiFi: wrong password")
    board.put(ON)
    board.run(700)
    assert board.rtc_state.last_error() == "WiFi: wrong password"

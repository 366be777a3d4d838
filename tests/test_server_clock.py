"""When jobs run: as they are due, at events, and never for nothing."""

import pytest
from fake_socket import PERIOD
from server_rig import GET, Board

DAY = 24 * 3600 * 1000


@pytest.fixture
def board(monkeypatch):
    board = Board(monkeypatch)
    board.net.idle(100)
    return board


class Job:
    """Wants to run every `ms`; `times` is when it ran."""

    def __init__(self, board, ms):
        self.net, self.ms, self.times = board.net, ms, []
        board.driver.jobs.append(self.run)

    def run(self, now):
        assert now == self.net.ticks_ms()
        self.times.append(self.net.now)
        return self.ms


@pytest.mark.parametrize("ms", [30, 1000, 20_000])
def test_a_job_runs_when_it_is_due_though_nothing_happens(board, ms):
    job = Job(board, ms)
    board.driver.sweep()
    board.net.idle(3 * ms + 50)
    gaps = [b - a for a, b in zip(job.times, job.times[1:])]
    assert len(gaps) >= 2
    assert all(ms <= gap <= ms + 5 for gap in gaps)


def test_of_several_jobs_the_earliest_sets_the_time_and_the_clock_may_begin_anew(board):
    board.net.now = PERIOD - 300
    late, soon = Job(board, 5000), Job(board, 100)
    board.driver.sweep()
    board.net.idle(1000)
    assert 9 <= len(soon.times) <= 11 and len(late.times) == len(soon.times)


def test_a_job_is_called_within_25_ms_of_anything_that_happens(board):
    job = Job(board, 20_000)
    board.driver.sweep()
    board.net.idle(1000)
    job.times.clear()
    happened = board.net.now
    board.driver.sweep()
    board.net.idle(100)
    assert job.times and job.times[0] <= happened + 30


def test_without_a_job_that_is_due_no_tick_is_queued(board):
    Job(board, None)
    board.get()
    board.net.idle(100)
    assert not board.net.queue


def test_a_tick_before_anything_is_due_calls_nothing(board):
    Job(board, 20_000)
    board.driver.sweep()
    board.net.idle(100)
    turns = []
    board.driver.sources.append(turns.append)
    board.net.idle(1000)
    assert board.net.queue and not turns


def test_a_client_whose_event_is_lost_is_found_by_a_tick_that_waits_for_something_else(board):
    Job(board, 20_000)
    board.driver.sweep()
    board.net.idle(100)
    board.driver.jobs.clear()  # nothing else would look
    board.net.listeners[80].callback = None
    client = board.connect()
    board.net.idle()
    client.send(GET)
    board.net.idle()
    assert client.received


@pytest.mark.parametrize("days", [3, 6.3, 9, 12.4, 20])
def test_after_days_without_an_event_jobs_run_within_25_ms_again(board, days):
    job = Job(board, None)
    board.driver.sweep()
    board.net.idle(100)
    job.times.clear()
    board.net.now += int(days * DAY)
    happened = board.net.now
    board.driver.sweep()
    board.net.idle(100)
    assert job.times and job.times[0] <= happened + 30

"""The virtual board's queue of events, and what tests and the soak wait for in it."""

import asyncio

import pytest

from tools.virtual_board.vm.events import Events
from tools.virtual_board.vm.protocol import SCHEDULED

BUTTON = 128


@pytest.fixture
def queue():
    """A queue and its loop."""
    loop = asyncio.new_event_loop()
    yield Events(loop, lambda: None), loop
    loop.close()


def turn(loop, seconds=0.0):
    loop.run_until_complete(asyncio.sleep(seconds))


def test_a_tick_that_never_ends_does_not_hide_that_a_press_has_been_handled(queue):
    events, loop = queue
    events.schedule(SCHEDULED)
    turn(loop, 0.01)
    assert not events.done and events.outer_done

    events.add(BUTTON)
    assert not events.outer_done
    assert events.take() == [SCHEDULED, BUTTON]
    events.over()
    events.schedule(SCHEDULED)
    turn(loop)
    assert not events.outer_done

    events.over()
    turn(loop, 0.01)
    assert events.outer_done
    assert not events.done and not events.at_rest


def test_a_tick_that_is_being_called_is_no_event_from_outside(queue):
    events, loop = queue
    events.schedule(SCHEDULED)
    turn(loop, 0.01)
    assert events.take() == [SCHEDULED]
    assert events.outer_done and not events.done
    events.over()
    turn(loop)
    assert events.done and events.at_rest

"""Events on their way to a callback, as the scheduler has them: four may wait (py/scheduler.c).

Those of sockets and pins are lost where four are waiting; what micropython.schedule has accepted
is not.
"""

import asyncio
from collections.abc import Callable

from .protocol import MAX_INTERRUPTS, SCHEDULED

_TURN = 0.002  # s until a scheduled callback's turn: time that the VM's own jumps would take


class Events:
    """The queue. `wake()` is called when there is something in it, or a callback is over."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        self._loop, self._wake = loop, wake
        self._waiting: list[int] = []
        self._scheduled: list[asyncio.TimerHandle] = []
        self.to_lose = 0  # a fault: so many are lost without a reason
        self.held = False  # nobody takes any: Ctrl-D ends the run
        self.running = 0  # callbacks that the VM has been handed and that are not yet over
        self._running_outer = False  # among them one of a socket or a pin

    def __bool__(self) -> bool:
        """True where one waits."""
        return bool(self._waiting)

    @property
    def done(self) -> bool:
        """True where no event waits for its callback, and none is being called."""
        return not (self._waiting or self.running)

    @property
    def outer_done(self) -> bool:
        """True where the same holds for the events of sockets and pins; the ticks, which the
        server schedules as long as a job is due in the future, do not count.
        """
        return not (self._running_outer or _any_outer(self._waiting))

    @property
    def at_rest(self) -> bool:
        """True where done, and nothing is scheduled either: the server's ticks have ended."""
        return self.done and not self._scheduled

    def stop(self) -> None:
        """Nothing comes any more."""
        for timer in self._scheduled:
            timer.cancel()

    def add(self, number: int) -> bool:
        """A socket's or a pin's, by its number: False where it is lost."""
        if self.to_lose or len(self._waiting) >= MAX_INTERRUPTS:
            self.to_lose = max(0, self.to_lose - 1)
            return False
        self._waiting.append(number)
        self._loop.call_soon(self._wake)  # not out of the middle of a send(), or an echo
        return True

    def schedule(self, number: int) -> None:
        """micropython.schedule's."""
        self._scheduled.append(self._loop.call_later(_TURN, self._arrive, number))

    def _arrive(self, number: int) -> None:
        del self._scheduled[0]
        if len(self._waiting) < MAX_INTERRUPTS:
            self._waiting.append(number)
            self._wake()
        else:  # it has its place in the queue already: it comes later
            self.schedule(number)

    def take(self) -> list[int]:
        """All that wait, for the VM to call back."""
        if self.held:
            return []
        numbers, self._waiting = self._waiting, []
        self.running += len(numbers)
        self._running_outer |= _any_outer(numbers)
        return numbers

    def over(self) -> None:
        """A callback has ended, or found no place in the VM's own queue."""
        # Behind the reply: a Ctrl-C in that would break into the callback, which prints it.
        self._loop.call_soon(self._end)

    def _end(self) -> None:
        self.running -= 1
        self._running_outer &= self.running > 0
        self._wake()


def _any_outer(numbers: list[int]) -> bool:
    return any(number < SCHEDULED for number in numbers)

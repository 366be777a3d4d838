"""The SDK's timers behind `machine.Timer`: a soft reset disarms none of them.

The SDK keeps them in a list that leads into Python's heap. When one fires that was armed before a
soft reset, the chip reads its callback from a heap that holds other objects by then. Harsher than
the chip, where it is a matter of luck: here that always crashes the board, and there are no more
than 15 at once. None fires more often than once in a millisecond, and a test that moves the
chip's clock does not move them.
"""

import asyncio
import errno
from collections.abc import Callable

COUNT = 15
_SHORTEST = 0.001  # s


class Timers:
    """`fire(n)` is called when timer n is due, `crash()` when one from before a soft reset is."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        fire: Callable[[int], None],
        crash: Callable[[], None],
    ) -> None:
        self._loop, self._fire, self._crash = loop, fire, crash
        self._armed: dict[int, asyncio.TimerHandle] = {}
        self._stale: list[asyncio.TimerHandle] = []
        self._last = 0  # given number: the next one differs, as its event may still be under way

    def arm(self, seconds: float, periodic: bool) -> int:
        """Let one fire after so many seconds, and every so many; ENOMEM if all are in use."""
        if len(self._armed) == COUNT:
            raise OSError(errno.ENOMEM, "no timer is left")
        free = [n for n in range(COUNT) if n not in self._armed]
        self._last = min(free, key=lambda n: (n - self._last - 1) % COUNT)
        self._start(self._last, max(seconds, _SHORTEST), periodic)
        return self._last

    def disarm(self, number: int) -> None:
        """That one does not fire any more."""
        if number in self._armed:
            self._armed.pop(number).cancel()

    def soft_reset(self) -> None:
        """The heap is a new one: those that are armed point into the old one."""
        for handle in self._armed.values():
            self._stale.append(self._loop.call_at(handle.when(), self._crash))
            handle.cancel()
        self._armed.clear()

    def hard_reset(self) -> None:
        """None is armed."""
        for handle in (*self._armed.values(), *self._stale):
            handle.cancel()
        self._armed.clear()
        self._stale.clear()

    def _start(self, number: int, seconds: float, periodic: bool) -> None:
        self._armed[number] = self._loop.call_later(seconds, self._due, number, seconds, periodic)

    def _due(self, number: int, seconds: float, periodic: bool) -> None:
        del self._armed[number]
        if periodic:
            self._start(number, seconds, periodic)
        self._fire(number)

"""Ctrl-C on its way to a program: with a reply, or as a signal if the program makes no calls."""

import asyncio
from collections.abc import Callable

GRACE = 0.05  # s in which a computing program may notice an event by a call of its own


class CtrlC:
    """`waiting` until a reply takes it. After GRACE it is sent by `signal()` if `computing()`:
    that is False where something else has taken it.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        computing: Callable[[], bool],
        signal: Callable[[], bool],
    ) -> None:
        self._loop, self._computing, self._signal = loop, computing, signal
        self.waiting = self._signalled = False

    def press(self) -> None:
        """Note the key."""
        self.waiting = True
        self._loop.call_later(GRACE, self._send)

    def _send(self) -> None:
        if not self.waiting or self._signalled:
            return  # only one: a second before the first is taken would end the interpreter
        if self._computing():
            self.waiting, self._signalled = False, self._signal()
        else:
            self._loop.call_later(GRACE, self._send)  # it may be in a callback

    def was_sent(self) -> bool:
        """True once after a signal: it may have broken off the call that comes now."""
        sent, self._signalled = self._signalled, False
        return sent

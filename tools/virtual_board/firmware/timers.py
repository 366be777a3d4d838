"""`machine.Timer` of the ESP8266, over the timers of tools/virtual_board/hardware/timers.py.

Its callback goes through the queue of four, like every other, and is lost where four wait.

Harsher than the chip: hard=True is refused. Kinder: a Timer that nobody refers to goes on; on the
chip the garbage collector frees it, and the SDK still has it in its list. An event that is on its
way when deinit() comes is lost.
"""

import link

_FIRST = 145  # interrupt numbers: behind the pins', chip.py


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id):  # any will do
        self._number = None

    def init(self, *, mode=1, callback=None, period=-1, tick_hz=1000, freq=None, hard=False):
        if hard:
            raise NotImplementedError("the virtual board has no Timer with hard=True")
        self.deinit()
        if freq is not None:
            us = int(1000000 / freq)
        else:
            us = (period & 0xFFFFFFFF) * 1000000 // tick_hz
        self._callback, self._periodic = callback, mode
        self._number = link.call(link.TIMER_ARM, bool(mode), 0, us.to_bytes(8, "little"))[0]
        link.handlers[_FIRST + self._number] = self._fire

    def deinit(self):
        if self._number is not None:
            link.handlers[_FIRST + self._number] = None
            link.call(link.TIMER_DISARM, self._number)
            self._number = None

    def _fire(self):
        if not self._periodic:
            self._number = None  # another Timer may get it
        self._callback(self)

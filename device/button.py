"""The FLASH button: GPIO0 to ground. A press toggles the light."""

import time

from machine import Pin
from micropython import const

_PIN = const(0)
_DEBOUNCE_MS = const(50)


class Button:
    """Calls `toggle()` for every press, and `sweep()` at every edge: the queue of events may have
    lost one of a socket's to the bouncing contacts, and a sweep makes up for it.

    A press is the pin found low after at least 50 ms of high. Both edges are watched, since
    contacts bounce on the way up as well. A button held down while the board starts does nothing.
    """

    def __init__(self, toggle, sweep):
        self._toggle = toggle
        self._sweep = sweep
        self._pin = Pin(_PIN, Pin.IN, Pin.PULL_UP)
        self._up = bool(self._pin.value())
        self._since = time.ticks_ms()
        self._pin.irq(self._edge, Pin.IRQ_FALLING | Pin.IRQ_RISING)

    def _edge(self, pin):
        # Runs from the scheduler, on top of anything: allocates nothing, prints nothing. The level
        # counts, as it is now; which edge it was, and how many were lost, does not matter.
        if pin.value():
            if not self._up:
                self._up = True
                self._since = time.ticks_ms()
        elif self._up:
            self._up = False
            # Below 0: the counter has come half way round since, some six days.
            if not 0 <= time.ticks_diff(time.ticks_ms(), self._since) < _DEBOUNCE_MS:
                self._toggle()
        self._sweep()

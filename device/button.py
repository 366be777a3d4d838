"""The FLASH button: GPIO0 to ground. A press toggles the light."""

import time

from machine import Pin
from micropython import const

from device import led

_PIN = const(0)
_DEBOUNCE_MS = const(50)

# server.sweep, once there is a server. Called at every edge: the queue of events may have lost one
# of a socket's to the bouncing contacts, and sweep() says whether a soft reset has begun.
sweep = None

_pin = None
_up = False
_since = 0  # ticks: when it was found up


def start():
    """Watch the button. One that is held down while the board starts does nothing, and one that
    is up has been so for long.

    A press is the pin found low after at least 50 ms of high. Both edges are watched, since
    contacts bounce on the way up as well.
    """
    global _pin, _up, _since
    _pin = Pin(_PIN, Pin.IN, Pin.PULL_UP)
    _up = bool(_pin.value())
    _since = time.ticks_add(time.ticks_ms(), -_DEBOUNCE_MS)
    _pin.irq(_edge, Pin.IRQ_FALLING | Pin.IRQ_RISING)


def poll(_):
    """Toggle the light where a press has begun; a source of server.py's, called at each sweep.

    The level counts, as it is now: which edge it was, and how many were lost, does not matter.
    Runs from the scheduler, on top of anything: allocates nothing, prints nothing.
    """
    global _up, _since
    if _pin.value():
        if not _up:
            _up = True
            _since = time.ticks_ms()
    elif _up:
        _up = False
        # Below 0: the counter has come half way round since, some six days.
        if not 0 <= time.ticks_diff(time.ticks_ms(), _since) < _DEBOUNCE_MS:
            led.toggle()


def _edge(_):
    if sweep:
        sweep()  # which calls poll()
    else:
        poll(None)

"""A stand-in for `machine` and for the counter behind time.ticks_ms: a board for tests.

A test turns the knobs below and reads what the code under test did. Runs on CPython, and on
MicroPython as well.
"""

import gc
import sys
import time

PWRON_RESET, WDT_RESET, SOFT_RESET, DEEPSLEEP_RESET, HARD_RESET = 0, 1, 4, 5, 6
EXCEPTION = 2  # a crash: the SDK's number, which has no name in the firmware
_PERIOD = 1 << 30  # of ticks_ms on the chip

pins = {}  # number -> {"mode", "pull", "level", "handler", "trigger"}
calls = []  # ("init", number, mode, value) and ("level", number, level), in order
memory = b""  # RTC memory
writes = 0  # of RTC memory
cause = PWRON_RESET
broken = set()  # names of what raises OSError: "Pin", "RTC", "reset_cause"
now = 0  # ms since power came, without end
sleeping = None  # called at every sleep_ms, where a test wants something to happen meanwhile


class Pin:
    IN, OUT, OPEN_DRAIN = 0, 1, 2
    PULL_UP = 1
    IRQ_RISING, IRQ_FALLING = 1, 2

    def __init__(self, number, mode=None, pull=None, *, value=None):
        _may_break("Pin")
        if number not in (0, 1, 2, 3, 4, 5, 9, 10, 12, 13, 14, 15, 16):
            raise ValueError("invalid pin")
        self._number = number
        self._state = pins.setdefault(number, {"level": 1, "handler": None, "trigger": 0})
        if mode is not None:
            self._state["mode"], self._state["pull"] = mode, pull
            if value is not None:
                self._state["level"] = 1 if value else 0
            calls.append(("init", number, mode, value))

    def value(self, level=None):
        if level is None:
            return self._state["level"]
        self._state["level"] = 1 if level else 0
        calls.append(("level", self._number, self._state["level"]))

    def irq(self, handler=None, trigger=3, hard=False):
        if hard:
            raise ValueError("hard IRQ not supported")
        self._state["handler"], self._state["trigger"] = handler, trigger


class Signal:
    def __init__(self, pin, invert=False):
        self._pin, self._invert = pin, invert

    def value(self, on=None):
        if on is None:
            return 1 if bool(self._pin.value()) != self._invert else 0
        self._pin.value(bool(on) != self._invert)


class RTC:
    def __init__(self):
        _may_break("RTC")

    def memory(self, data=None):
        global memory, writes
        if data is None:
            return memory
        if len(data) > 492:
            raise ValueError("buffer too long")
        memory = bytes(data)
        writes += 1


def reset_cause():
    _may_break("reset_cause")
    return cause


def _may_break(name):
    if name in broken:
        raise OSError(5)


# What a test does to the board.


def drive(number, level):
    """Bring a pin to `level` from outside; its handler runs where it wants that edge."""
    state = pins[number]
    before, state["level"] = state["level"], level
    edge = Pin.IRQ_RISING if level > before else Pin.IRQ_FALLING
    if level != before and state["handler"] and state["trigger"] & edge:
        state["handler"](Pin(number))


def press():
    """Press the FLASH button for a moment."""
    global now
    now += 100
    drive(0, 0)
    now += 100
    drive(0, 1)


def reset(new_cause):
    """Reset the board: pins are inputs again, RTC memory stays."""
    global cause
    cause = new_cause
    pins.clear()
    calls.clear()


def power_on():
    """Give the board power: nothing is left of before."""
    global memory, writes, now, sleeping
    reset(PWRON_RESET)
    broken.clear()
    memory, writes, now, sleeping = b"", 0, 0, None


def plug_in(monkeypatch):
    """Power on, and give CPython what MicroPython has beyond it; pytest takes that back."""
    power_on()
    for module, name, value in (
        (time, "ticks_ms", lambda: now % _PERIOD),
        (time, "ticks_add", lambda ticks, delta: (ticks + delta) % _PERIOD),
        (time, "ticks_diff", _ticks_diff),
        (time, "sleep_ms", _sleep_ms),
        (gc, "mem_free", lambda: 20000),
        (sys, "print_exception", _print_exception),
    ):
        monkeypatch.setattr(module, name, value, raising=False)


def _ticks_diff(end, start):
    return (end - start + _PERIOD // 2) % _PERIOD - _PERIOD // 2


def _sleep_ms(ms):
    global now
    now += ms
    if sleeping:
        sleeping()


def _print_exception(error, out):
    import traceback

    traceback.print_exception(type(error), error, error.__traceback__, file=out)

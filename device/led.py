"""The light: an LED or a relay on a pin, whose state outlives a reset."""

from machine import Pin, Signal

from device import retained

_signal = None


def start(pin, active_low):
    """Take pin `pin`, in the state that is retained; `active_low` where low means on.

    Direction and level go out in one call, so that nothing flashes.
    """
    global _signal
    level = 1 if retained.light != active_low else 0
    _signal = Signal(Pin(pin, Pin.OUT, value=level), invert=active_low)


def is_on():
    """True while it is on, as the pin says: a change made at the prompt counts."""
    return bool(_signal.value())


def set(on):
    """Switch it on or off."""
    _signal.value(on)
    retained.set_light(on)


def toggle():
    """Switch it to the other state."""
    set(not is_on())

"""The light: an LED or a relay on a pin, whose state outlives a reset."""

from machine import Pin, Signal

from device import rtc_state

signal = None  # its value() is 1 while it is on, as the pin says: a change at the prompt counts


def start(pin, active_low):
    """Take pin `pin`, in the state that RTC memory has; `active_low` where low means on.

    Direction and level go out in one call, so that nothing flashes.
    """
    global signal
    level = 1 if rtc_state.light != active_low else 0
    signal = Signal(Pin(pin, Pin.OUT, value=level), invert=active_low)


def set(on):
    """Switch it on or off."""
    signal.value(on)
    rtc_state.set_light(on)


def toggle():
    """Switch it to the other state."""
    set(not signal.value())

"""The light: an LED or a relay on a pin, whose state outlives a reset."""

from machine import Pin, Signal

from device import retained


class Led:
    """The light on pin `pin`; `active_low` where it is on while the pin is low.

    It starts in the state that is retained. Direction and level go out in one call, so that
    nothing flashes.
    """

    def __init__(self, pin, active_low):
        level = 1 if retained.light != active_low else 0
        self._signal = Signal(Pin(pin, Pin.OUT, value=level), invert=active_low)

    def is_on(self):
        """True while it is on, as the pin says: a change made at the prompt counts."""
        return bool(self._signal.value())

    def set(self, on):
        """Switch it on or off."""
        self._signal.value(on)
        retained.set_light(on)

    def toggle(self):
        """Switch it to the other state."""
        self.set(not self.is_on())

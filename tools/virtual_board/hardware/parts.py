"""All hardware that a program reaches through the VM's calls, but for the network and terminal."""

from collections.abc import Callable

from .clock import Clock
from .flash import Flash
from .gpio import Gpio
from .timers import Timers
from .wlan import Air, Wlan

ID = 0xC0002A  # the chip's


class Hardware:
    """`led_changed(lit)` is called when the LED changes, `pin_interrupt(pin)` on an edge."""

    def __init__(
        self,
        flash: Flash,
        air: Air,
        led_changed: Callable[[bool], None],
        pin_interrupt: Callable[[int], None],
        timers: Timers,
    ) -> None:
        self.id = ID
        self.clock = Clock()
        self.flash = flash
        self.timers = timers
        self.gpio = Gpio(self._update_led, pin_interrupt)
        self.wlan = Wlan(self.clock, air)
        self.rtc_memory = b""
        self.cause = 0  # of the last reset; chip.py has the numbers
        self._led_changed, self._lit = led_changed, False

    def reset_pins(self) -> None:
        """What each reset does to the pins, and so to the LED."""
        self.gpio.reset()
        self._update_led()

    def _update_led(self) -> None:
        lit = self.gpio.led()
        if lit != self._lit:
            self._lit = lit
            self._led_changed(lit)

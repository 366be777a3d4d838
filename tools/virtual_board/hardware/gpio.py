"""The pins: level, direction, interrupts. A reset makes them inputs and gives GPIO2 to UART1.

GPIO2 carries the module's blue LED, lit while the pin is low; GPIO0 the FLASH button, which pulls
it low. UART1's idle level is high (uart.c:uart_config), so a reset puts the LED out.
"""

from collections.abc import Callable

IN, OUT, OPEN_DRAIN = 0, 1, 2
LED, BUTTON = 2, 0
_RISING, _FALLING = 1, 2


class Gpio:
    """`changed()` is called when an output was driven; `interrupt(pin)` on an edge."""

    def __init__(self, changed: Callable[[], None], interrupt: Callable[[int], None]) -> None:
        self._changed = changed
        self._interrupt = interrupt
        self.outside: dict[int, int] = {}  # what is wired to a pin drives it: pin -> level
        self.history: list[tuple[int, int]] = []  # of outputs, for tests: (pin, level)
        self.reset()

    def reset(self) -> None:
        """After a hard or soft reset: no outputs, no interrupts; GPIO2 is UART1's, idle high."""
        self._mode: dict[int, int] = {}
        self._latch: dict[int, int] = {}
        self._irq: dict[int, int] = {}

    def setup(self, pin: int, mode: int, level: int | None) -> None:
        """machine_pin.c: the mode first, then the level."""
        self._mode[pin] = mode
        if level is not None:
            self._latch[pin] = level
        if mode != IN:
            self._drive(pin)

    def write(self, pin: int, level: int) -> None:
        """Set the output latch; the pad follows where the pin is an output."""
        self._latch[pin] = level
        if self._mode.get(pin, IN) != IN:
            self._drive(pin)

    def toggle(self, pin: int) -> None:
        """The other level than the output latch has, whatever the pad shows."""
        self.write(pin, 1 - self._latch.get(pin, 0))

    def _drive(self, pin: int) -> None:
        level = self._latch.get(pin, 0)
        self.history.append((pin, level))
        self._changed()

    def is_output(self, pin: int) -> bool:
        """True where the program drives the pin."""
        return self._mode.get(pin, IN) != IN

    def level(self, pin: int) -> int:
        """The level on the pad: driven from outside, by the latch, or pulled up."""
        if pin in self.outside:
            return self.outside[pin]
        return self._latch.get(pin, 0) if self.is_output(pin) else 1

    def led(self) -> bool:
        """True while the blue LED is lit."""
        return self.is_output(LED) and self.level(LED) == 0

    def irq(self, pin: int, trigger: int) -> None:
        """Interrupt on rising (1) and/or falling (2) edges; 0 for none."""
        self._irq[pin] = trigger

    def drive_from_outside(self, pin: int, level: int | None) -> None:
        """A wire to the pin gets a level, or is taken off (None)."""
        before = self.level(pin)
        if level is None:
            self.outside.pop(pin, None)
        else:
            self.outside[pin] = level
        after = self.level(pin)
        edge = _RISING if after > before else _FALLING if after < before else 0
        if edge & self._irq.get(pin, 0):
            self._interrupt(pin)

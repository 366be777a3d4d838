"""The chip's clocks, which a test may move forward: ticks since the last hard reset; the date."""

import time


class Clock:
    """ticks_ms() wraps at 2**30, as a small int does in object representation C."""

    PERIOD = 1 << 30

    def __init__(self, start: int = 0) -> None:
        self._offset = start - self._host()
        self.set_date(0)

    def restart(self) -> None:
        """Begin at 0, as after every hard reset."""
        self._offset = -self._host()

    @staticmethod
    def _host() -> int:
        return time.monotonic_ns() // 1_000_000

    def ms(self) -> int:
        """Milliseconds, not wrapped."""
        return self._host() + self._offset

    def ticks_ms(self) -> int:
        """Milliseconds, wrapped."""
        return self.ms() % self.PERIOD

    def date(self) -> int:
        """Milliseconds since 2000-01-01, where power-on begins (machine_rtc.c)."""
        return self._host() + self._date_offset

    def set_date(self, ms: int) -> None:
        """It is `ms` milliseconds after 2000-01-01; a reset leaves that as it is."""
        self._date_offset = ms - self._host()

    def advance(self, ms: int) -> None:
        """Let `ms` milliseconds pass at once."""
        self._offset += ms
        self._date_offset += ms

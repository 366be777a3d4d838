"""The chip's clock: milliseconds since its last hard reset, which a test may move forward."""

import time


class Clock:
    """ticks_ms() wraps at 2**30, as a small int does in object representation C."""

    PERIOD = 1 << 30

    def __init__(self, start: int = 0) -> None:
        self._offset = start - self._host()

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

    def advance(self, ms: int) -> None:
        """Let `ms` milliseconds pass at once."""
        self._offset += ms

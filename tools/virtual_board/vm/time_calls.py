"""What each call of firmware/time.py and timers.py does, by its name in firmware/link.py."""

from ..hardware.parts import Hardware


class TimeCalls:
    """A part of Calls."""

    _hardware: Hardware

    def ticks_ms(self, _a: int, _b: int, _data: bytes) -> int:
        return self._hardware.clock.ticks_ms()

    def date_get(self, _a: int, _b: int, _data: bytes) -> bytes:
        return self._hardware.clock.date().to_bytes(8, "little", signed=True)

    def date_set(self, _a: int, _b: int, data: bytes) -> None:
        self._hardware.clock.set_date(int.from_bytes(data, "little", signed=True))

    def timer_arm(self, periodic: int, _b: int, data: bytes) -> int:
        seconds = int.from_bytes(data[:8], "little") / 1_000_000
        return self._hardware.timers.arm(seconds, bool(periodic))

    def timer_disarm(self, number: int, _b: int, _data: bytes) -> None:
        self._hardware.timers.disarm(number)

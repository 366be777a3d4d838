"""What stands in for the firmware in the walks through optional features: feature_board.py."""

import sys

import core_cases  # noqa: F401  (before another `time`, for what it imports of the PC)

PERIOD = 1 << 30  # of ticks_ms


class Time:
    """What device code takes of `time`; machine.now is the clock."""

    def ticks_ms():
        return machine.now % PERIOD

    def ticks_add(ticks, delta):
        return (ticks + delta) % PERIOD

    def ticks_diff(end, start):
        return (end - start + PERIOD // 2) % PERIOD - PERIOD // 2

    def sleep_ms(ms):
        machine.now += ms


class Micropython:
    def const(value):
        return value

    def schedule(function, argument):
        pass


class Flash:
    """`esp`, of a board with ROMFS; with `cut`, power goes in the middle of a write or erase."""

    START, SIZE = 0xFF000, 4096

    def __init__(self, data=b""):
        self.data = bytearray(data + b"\xff" * (self.SIZE - len(data)))
        self.cut = False

    def flash_read(self, at, into):
        at -= self.START
        into[:] = self.data[at : at + len(into)]

    def flash_write(self, at, data):
        for i in range(2 if self.cut else 4):
            self.data[at - self.START + i] &= data[i]
        self._end()

    def flash_erase(self, sector):
        size = self.SIZE // 2 if self.cut else self.SIZE
        self.data[:size] = b"\xff" * size
        self._end()

    def _end(self):
        if self.cut:
            raise Crash


class Vfs:
    """Firmware with ROMFS."""

    class Partition:
        def __len__(self):
            return 0x50000

    def rom_ioctl(*_):
        return Vfs.Partition()


class Crash(BaseException):
    """The board goes down: behind so many writes of RTC memory, or in the middle of one of flash.
    Device code cannot catch it.
    """

    after = None


for _name in ("machine", "network"):
    sys.modules.pop(_name, None)
sys.modules["time"], sys.modules["micropython"], sys.modules["vfs"] = Time, Micropython, Vfs
import machine  # noqa: E402
import network  # noqa: E402, F401

_memory = machine.RTC.memory


def _memory_or_crash(self, *data):
    result = _memory(self, *data)
    if data and Crash.after is not None:
        Crash.after -= 1
        if Crash.after < 0:
            Crash.after = None
            raise Crash
    return result


machine.RTC.memory = _memory_or_crash

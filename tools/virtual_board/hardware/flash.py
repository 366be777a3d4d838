"""The flash chip: a file that behaves as NOR flash does, and can fail on request.

Programming only clears bits, erasing sets a 4096-byte sector to 0xFF. The image file holds all of
the flash. Harsher than the chip: a write below the partitions, which would damage the firmware
there, fails.
"""

import errno
import os
from pathlib import Path
from typing import NamedTuple

SECTOR = 4096


class Layout(NamedTuple):
    """Where a variant of the firmware has its partitions, in bytes of flash.

    Sources: ports/esp8266/boards/*.ld, modules/flashbdev.py. `rom_size` is 0 without ROMFS.
    """

    size: int
    files: int  # where LittleFS starts
    sectors: int  # of LittleFS
    rom: int
    rom_size: int


VARIANTS = {
    "romfs": Layout(0x400000, 0x100000, 763, 0xB0000, 0x50000),  # FLASH_2M_ROMFS
    "generic": Layout(0x400000, 0x100000, 763, 0, 0),
    "1m": Layout(0x100000, 0x99000, 98, 0, 0),  # FLASH_1M
}
DEFAULT = "romfs"


class PowerCut(Exception):
    """Power went in the middle of a flash operation; half of it is in the cells."""


class Flash:
    """An open image. `path` must hold `layout.size` bytes.

    Faults, for tests: `cut_after` = that many more writes or erases, then PowerCut;
    `fail` = {"read" | "prog" | "erase": errno}; `writes` counts programs and erases.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self._file = os.open(path, os.O_RDWR)
        self.layout = layout
        self.writes = 0
        self.cut_after: int | None = None
        self.fail: dict[str, int] = {}

    def _fault(self, kind: str) -> None:
        if kind in self.fail:
            raise OSError(self.fail[kind], os.strerror(self.fail[kind]))

    def _check(self, start: int, address: int, length: int) -> None:
        if address < start or address + length > self.layout.size:
            raise OSError(errno.EINVAL, "outside the partitions")

    def _changes(self, kind: str, address: int, length: int) -> bool:
        """Count a change; True where power goes in the middle of this one."""
        self._fault(kind)
        self._check(self.layout.rom or self.layout.files, address, length)
        self.writes += 1
        if self.cut_after is None:
            return False
        self.cut_after -= 1
        return self.cut_after < 0

    def read(self, address: int, length: int) -> bytes:
        """`length` bytes from `address`."""
        self._fault("read")
        self._check(0, address, length)
        return os.pread(self._file, length, address)

    def mapped(self, address: int, length: int) -> bytes:
        """The same through the cache, which shows flash as memory; it knows no faults."""
        return os.pread(self._file, length, max(0, address))

    def program(self, address: int, data: bytes) -> None:
        """Clear the bits that are 0 in `data`; what was not erased before stays 0, as in NOR."""
        cut = self._changes("prog", address, len(data))
        if cut:
            data = data[: len(data) // 2]
        old = os.pread(self._file, len(data), address)
        os.pwrite(self._file, bytes(a & b for a, b in zip(old, data)), address)
        if cut:
            raise PowerCut

    def erase(self, address: int) -> None:
        """Set the sector at `address` to 0xFF."""
        cut = self._changes("erase", address, SECTOR)
        os.pwrite(self._file, b"\xff" * (SECTOR // 2 if cut else SECTOR), address)
        if cut:
            raise PowerCut

    def close(self) -> None:
        """Release the image file."""
        os.close(self._file)

"""The flash chip: a file that behaves as NOR flash does, and can fail on request.

Programming only clears bits, erasing sets a 4096-byte sector to 0xFF. The image file holds exactly
the LittleFS partition of a 4 MiB board: 763 sectors (ports/esp8266/modules/flashbdev.py).
"""

import errno
import os
from pathlib import Path

SECTOR = 4096
SECTORS = 763
SIZE = SECTOR * SECTORS


class PowerCut(Exception):
    """Power went in the middle of a flash operation; half of it is in the cells."""


def _check(address: int, length: int) -> None:
    if address < 0 or address + length > SIZE:
        raise OSError(errno.EINVAL, "beyond the flash")


class Flash:
    """An open image. `path` must hold SIZE bytes.

    Faults, for tests: `cut_after` = that many more writes or erases, then PowerCut;
    `fail` = {"read" | "prog" | "erase": errno}; `writes` counts programs and erases.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR)
        self.writes = 0
        self.cut_after: int | None = None
        self.fail: dict[str, int] = {}

    def _fault(self, kind: str) -> None:
        if kind in self.fail:
            raise OSError(self.fail[kind], os.strerror(self.fail[kind]))

    def _changes(self, kind: str, address: int, length: int) -> bool:
        """Count a change; True where power goes in the middle of this one."""
        self._fault(kind)
        _check(address, length)
        self.writes += 1
        if self.cut_after is None:
            return False
        self.cut_after -= 1
        return self.cut_after < 0

    def read(self, address: int, length: int) -> bytes:
        """`length` bytes from `address`."""
        self._fault("read")
        _check(address, length)
        return os.pread(self._file, length, address)

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

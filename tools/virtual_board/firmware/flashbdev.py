"""The block device over the chip's flash: 4096-byte sectors, erased before they are written.

The chip maps its flash into memory, and a read costs next to nothing; a message to the chip's
process does not. So sectors that were read are kept here, outside the heap that is the chip's,
and used unless the chip says that its flash cannot be read.
"""

import io

import link
from micropython import const

_SECTOR = const(4096)
_KEPT = const(8)  # sectors: a folder takes two, and a rename looks at three folders in turn
_nothing = bytearray(0)


class FlashBdev:
    """The `blocks` sectors from the address `start` on."""

    def __init__(self, start, blocks):
        self._start = start
        self._blocks = blocks
        self._fresh = bytearray(_SECTOR)
        self._numbers = [-1] * _KEPT
        # As streams: reading from them allocates nothing, see link.flash().
        self._kept = [io.BytesIO(self._fresh) for _ in self._numbers]

    def readblocks(self, n, buf, off=0):
        at = n % _KEPT
        kept = self._kept[at]
        if self._numbers[at] != n or link.faulty:
            self._numbers[at] = -1
            status = link.flash(
                link.FLASH_READ, self._start + n * _SECTOR, _SECTOR, _nothing, self._fresh
            )
            if status:
                return status
            kept.seek(0)
            kept.write(self._fresh)
            self._numbers[at] = n
        kept.seek(off)
        kept.readinto(buf)
        return 0

    def writeblocks(self, n, buf, off=0):
        self._numbers[n % _KEPT] = -1
        return link.flash(link.FLASH_PROG, self._start + n * _SECTOR + off, 0, buf, _nothing)

    def ioctl(self, op, arg):
        if op == 4:  # block count
            return self._blocks
        if op == 5:  # block size
            return _SECTOR
        if op == 6:  # erase
            self._numbers[arg % _KEPT] = -1
            return link.flash(link.FLASH_ERASE, self._start + arg * _SECTOR, 0, _nothing, _nothing)
        return 0


def mkfs_options():
    return {"readsize": 32, "progsize": 32, "lookahead": 32}  # vfs_lfs.c, as on the chip

"""The block device over the chip's flash: 4096-byte sectors, erased before they are written."""

import link
from micropython import const

_SECTOR = const(4096)
_nothing = bytearray(0)


class FlashBdev:
    def __init__(self, blocks):
        self._blocks = blocks

    def readblocks(self, n, buf, off=0):
        return link.flash(link.FLASH_READ, n * _SECTOR + off, len(buf), _nothing, buf)

    def writeblocks(self, n, buf, off=0):
        return link.flash(link.FLASH_PROG, n * _SECTOR + off, 0, buf, _nothing)

    def ioctl(self, op, arg):
        if op == 4:  # block count
            return self._blocks
        if op == 5:  # block size
            return _SECTOR
        if op == 6:  # erase
            return link.flash(link.FLASH_ERASE, arg * _SECTOR, 0, _nothing, _nothing)
        return 0


def mkfs_options():
    return {"readsize": 32, "progsize": 32, "lookahead": 32}  # vfs_lfs.c, as on the chip

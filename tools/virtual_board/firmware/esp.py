"""`esp` of the ESP8266, as far as users and this project call it."""

import link
import rom_partition
from absent import Absent
from micropython import const

_SECTOR = const(4096)
_nothing = bytearray(0)
_size = _user_start = 0  # bytes of flash: kernel.py sets them

deepsleep = Absent("esp.deepsleep")


def check_fw():
    # The firmware here is the interpreter's binary: the chip reads it and hashes it.
    size, digest = link.call(link.CHECK_FW)
    print("size:", size)
    print("md5:", digest.decode())
    return True


def flash_size():
    return _size


def flash_user_start():
    return _user_start


def flash_read(offset, into):
    """Fill the buffer `into`, or return `into` (int) bytes."""
    if isinstance(into, int):
        into = bytearray(into)
    view = memoryview(into)
    if len(view) & 3:
        raise ValueError("len must be multiple of 4")
    for i in range(0, len(view), _SECTOR):
        part = view[i : i + _SECTOR]
        _check(link.flash(link.FLASH_READ, offset + i, len(part), _nothing, part))
    return into if isinstance(into, bytearray) else None


def flash_write(offset, data):
    """Program `data`, a multiple of 4 bytes; in place, so erase first what it overwrites."""
    view = memoryview(data)
    if len(view) & 3:
        raise ValueError("len must be multiple of 4")
    rom_partition.refuse_flash(data)
    for i in range(0, len(view), _SECTOR):
        status = link.call(link.FLASH_PROG, offset + i, 0, view[i : i + _SECTOR])[0]
        rom_partition.load(offset + i, _SECTOR)
        _check(status)


def flash_erase(sector):
    status = link.call(link.FLASH_ERASE, sector * _SECTOR)[0]
    rom_partition.load(sector * _SECTOR, _SECTOR)
    _check(status)


def _check(status):
    if status:
        raise OSError(5)  # EIO, or ETIMEDOUT: modesp.c


def flash_id():
    return 0x1640EF


def freemem():
    return 24000


def osdebug(level):
    pass


def sleep_type(kind=0):
    return kind

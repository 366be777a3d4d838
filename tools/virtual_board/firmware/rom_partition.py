"""The partition of ROMFS, mapped into memory as the chip maps its flash, and `vfs.rom_ioctl`.

Source: ports/esp8266/vfs_rom_ioctl.c. The mapped memory is no part of the chip's heap. Harsher
than the chip, which writes whatever it reads meanwhile: writing flash from data that lies in the
partition crashes the board. Kinder: a program that runs from the sector being written goes on.
"""

import link
from micropython import const

_SECTOR = const(4096)
_EINVAL = const(22)
_EIO = const(5)

_start = _size = _address = 0
_memory = _writable = _address_of = None
_nothing = bytearray(0)


def map(start, size, uctypes):
    """Map the `size` bytes of flash from `start` on; 0 bytes where the firmware has no ROMFS."""
    global _start, _size, _memory, _writable, _address, _address_of
    _start, _size, _address_of = start, size, uctypes.addressof
    _memory = bytes(size)
    _address = uctypes.addressof(_memory) if size else 0
    _writable = memoryview(uctypes.bytearray_at(_address, size)) if size else None
    for at in range(start, start + size, _SECTOR):
        load(at, _SECTOR)


def load(address, length):
    """Show again what the flash has there now."""
    offset = address - _start
    if 0 <= offset < _size:
        link.flash(
            link.FLASH_MAPPED, address, length, _nothing, _writable[offset : offset + length]
        )


def refuse_flash(data):
    """Crash the board where `data` lies in the partition."""
    if _size and 0 <= _address_of(data) - _address < _size:
        link.call(link.CRASH)


def rom_ioctl(operation, *arguments):
    """1: number of segments; 2: the memory; 3: erase, always from the start; 4: write."""
    if operation == 1:
        return 1
    if operation == 2:
        return memoryview(_memory)
    if operation == 3:
        for at in range(_start, _start + arguments[1], _SECTOR):
            if link.call(link.FLASH_ERASE, at)[0]:
                return -_EIO
            load(at, _SECTOR)
        return 4  # bytes that can be written at least
    if operation == 4:
        offset, data = arguments[1], memoryview(arguments[2])
        refuse_flash(arguments[2])
        for i in range(0, len(data), _SECTOR):
            at = _start + offset + i
            if link.call(link.FLASH_PROG, at, 0, data[i : i + _SECTOR])[0]:
                return -_EIO
            load(at, _SECTOR)
        return 0
    return -_EINVAL

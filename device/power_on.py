"""POWER_ON = "last": the light as it was before power went, kept in flash.

The last sector of ROMFS's partition, which no image of device/ uses, is a tally: each change of
the light clears one more bit, the lowest of a byte first, and an odd number of cleared bits is on.
So a change costs no erase. A power cut while a bit is written leaves the old state or the new one.

It is erased at boot, once half of it is used, and only while it says "off": a sector that was
erased in part is no tally, or an empty one, and both say "off". If it gets full before such a
boot, it stays as it is, which is "off".
"""

from time import ticks_diff

import esp
import vfs
from micropython import const

import device
from device import led

_SECTOR = const(0xFF)
_START = const(0xFF000)
_SIZE = const(4096)
_PARTITION = const(0x50000)  # bytes
_CHUNK = const(64)
_SETTLED_MS = const(3000)  # since a change: a client that switches all the time wears nothing

_used = -1  # bits cleared; -1: there is no tally
_since = None  # ticks: when the light was first seen to differ
_word = bytearray(4)


def boot():
    """Read the tally -> whether the light was on; without a tally it was not."""
    global _used
    if not hasattr(vfs, "rom_ioctl") or len(vfs.rom_ioctl(2, 0)) != _PARTITION:
        return False
    used = _count()
    if used < 0 or used >= _SIZE * 4 and not used & 1:
        esp.flash_erase(_SECTOR)
        used = 0
    _used = used
    return used & 1 == 1


def start(settings):
    """Note each change from now on."""
    if _used < 0:
        raise OSError('POWER_ON = "last" needs firmware with ROMFS')
    device.server.jobs.append(poll)  # type: ignore[attr-defined]


def poll(now):
    """Note the light where it has been another for 3 s. A job of server.py's."""
    global _used, _since
    if _used >= _SIZE * 8 or led.signal.value() == _used & 1:
        _since = None
        return None
    if _since is None:
        _since = now
    wait = _SETTLED_MS - ticks_diff(now, _since)
    if 0 < wait <= _SETTLED_MS:
        return wait
    _since = None
    at = _used >> 3
    for i in range(4):
        _word[i] = 0xFF  # flash keeps its 0 where 1 is written
    _word[at & 3] = 0xFE << (_used & 7) & 0xFF
    esp.flash_write(_START + at - (at & 3), _word)
    _used += 1
    return None


def _count():
    # The bits cleared; -1 where it is no tally.
    used = 0
    chunk = bytearray(_CHUNK)
    for at in range(0, _SIZE, _CHUNK):
        esp.flash_read(_START + at, chunk)
        rest = bytes(chunk)
        if used == at * 8:  # so far all are
            rest = rest.lstrip(b"\0")
            used += (_CHUNK - len(rest)) * 8
            if rest and rest[0] in b"\xfe\xfc\xf8\xf0\xe0\xc0\x80":
                left = rest[0]
                while not left & 1:
                    left >>= 1
                    used += 1
                rest = rest[1:]
        if rest.strip(b"\xff"):
            return -1
    return used

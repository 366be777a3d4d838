"""What outlives a reset but not a power cut: the light, the count of crashes, the last error.

It lives in RTC memory, of which programs have 492 bytes (machine_rtc.c). Ours are 128:

    0  magic and version      4  crashes in a row
    3  light: 1 is on         5  what makes the sum of all bytes a multiple of 256
    6  last error: ASCII, filled up with zeros

A module and no class, since there is one such memory. What a function changes is there when it
returns; what it finds there already is not written.
"""

from machine import RTC
from micropython import const

_MAGIC = b"SW\x01"
_LIGHT = const(3)
_CRASHES = const(4)
_CHECK = const(5)
_ERROR = const(6)
_SIZE = const(128)

light = False  # the light is on
crashes = 0  # resets in a row that were crashes, 255 at most
_memory = None
_bytes = bytearray(_SIZE)


def load():
    """Read the memory, before all else. Where it is empty, damaged or another program's, the light
    is off, and there were no crashes and no error.
    """
    global light, crashes, _memory
    _memory = RTC().memory
    kept = _memory()
    if len(kept) != _SIZE or kept[:_LIGHT] != _MAGIC or sum(kept) & 0xFF:
        kept = _MAGIC + bytes(_SIZE - _LIGHT)
    _bytes[:] = kept
    light = kept[_LIGHT] == 1
    crashes = kept[_CRASHES]


def set_light(on):
    """Retain whether the light is on. Allocates nothing."""
    global light
    if on != light:
        light = on
        _write()


def set_crashes(count):
    """Retain the number of crashes in a row."""
    global crashes
    if count != crashes:
        crashes = min(count, 255)
        _write()


def last_error():
    """The last error since power came, or ""."""
    return "".join(map(chr, _bytes[_ERROR:].rstrip(b"\0")))


def record(text):
    """Retain `text` as the last error: its first 122 characters, "?" where not plain ASCII."""
    _bytes[_ERROR:] = bytes(_SIZE - _ERROR)
    for i, c in enumerate(text[: _SIZE - _ERROR]):
        _bytes[_ERROR + i] = ord(c) if " " <= c <= "~" else ord("?")
    _write()


def _write():
    _bytes[_LIGHT] = light
    _bytes[_CRASHES] = crashes
    _bytes[_CHECK] = _bytes[_CHECK] - sum(_bytes) & 0xFF
    _memory(_bytes)

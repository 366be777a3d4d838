"""What outlives a reset but not a power cut: the light, the count of resets, the last error.

It lives in RTC memory, of which programs have 492 bytes (machine_rtc.c):

      0  head, of which the sum is a multiple of 256; boot.py knows nothing else
            0  "SW", and the version, 2
            3  what makes the sum so
            4  light: 1 is on
            5  resets in a row, see startup.py; 255 at most
            6  1: a reset by a program is meant, and does not count
            7  how many boots ago the last error was; 255 at most
            8  a deploy on trial: 1 confirmed, 2 failed, 3 taken back; boot.py writes it, too
            9  1: this boot is the first since power came; boot.py says so
           10  seconds until the light goes off by itself, 4 bytes; 0: it does not
           14  where event_log.py notes the next event
           15  for the next boot: 1 open the access point, 2 join what the SDK has stored
     16  last error: ASCII, filled up with zeros
    128  event_log.py's, or what later versions keep there: stays as it is

A module and no class, since there is one such memory. What a function changes is there when it
returns.
"""

import io
import sys

from machine import RTC
from micropython import const

_HEAD = const(b"SW\x02")
_CHECK = const(3)
_LIGHT = const(4)
_CRASHES = const(5)
_MEANT = const(6)
_AGE = const(7)
_ERROR = const(16)
_END = const(128)

light = False  # the light is on
crashes = 0  # resets in a row that count, 255 at most
error_age = 0  # boots since the last error, 255 at most
settled = False  # the switch has worked since the last reset: none counts
_memory = None
_bytes = None


def load():
    """Read the memory, before all else. Where it is empty, damaged or another program's, the light
    is off, and there were no resets and no error.
    """
    global light, crashes, error_age, settled, _memory, _bytes
    _memory = RTC().memory
    _bytes = bytearray(_memory())
    if len(_bytes) < _ERROR or _bytes[:_CHECK] != _HEAD or sum(_bytes[:_ERROR]) & 0xFF:
        _bytes = bytearray(b"SW\x02T")
    if len(_bytes) < _END:
        _bytes.extend(bytes(_END - len(_bytes)))
    light = _bytes[_LIGHT] == 1
    crashes = _bytes[_CRASHES]
    error_age = _bytes[_AGE]
    settled = _bytes[_MEANT] == 1 and not crashes


def set_light(on):
    """Retain whether the light is on. Allocates nothing."""
    global light
    if on != light:
        light = on
        set(_LIGHT, on)


def settle():
    """The switch has worked, or somebody sees to it: the resets until now are forgiven."""
    global crashes, settled
    settled = True
    crashes = 0
    set(_CRASHES, 0)
    set(_MEANT, 1)


def last_error():
    """The last error since power came, or ""."""
    return "".join(map(chr, _bytes[_ERROR:_END].rstrip(b"\0 ")))


def record(text):
    """Retain `text` as the last error: its first 112 characters, "?" where not plain ASCII."""
    global error_age
    _bytes[_ERROR:_END] = bytes(_END - _ERROR)
    for i, c in enumerate(text[: _END - _ERROR]):
        _bytes[_ERROR + i] = ord(c) if " " <= c <= "~" else ord("?")
    error_age = 0
    set(_AGE, 0)


def failed(e):
    """Retain an exception as the last error: the line it arose in, its type and text. Never
    raises, prints nothing.
    """
    try:
        trace = io.StringIO()
        sys.print_exception(e, trace)
        record(trace.getvalue().split("File ")[-1].replace("\n", " "))
    except Exception:
        pass  # there is no memory


def set(i, value):
    """Write `value` to byte `i` of the head."""
    _bytes[_CHECK] = _bytes[_CHECK] + _bytes[i] - value & 0xFF
    _bytes[i] = value
    _memory(_bytes)

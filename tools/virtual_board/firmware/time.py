"""`time` of the ESP8266 port: ticks wrap at 2**30, sleeping runs callbacks, the epoch is 2000.

The clocks are the chip's, so a test can move them. The date begins at 2000-01-01 with the power,
until somebody sets machine.RTC. Left out on purpose: time.clock and what else the Unix port has
on top. Kinder: the date does not drift, and does not wrap after 7:45 h without a call of time().
"""

import link
from utime import gmtime as _gmtime
from utime import mktime as _mktime
from utime import sleep_us as _sleep_us
from utime import ticks_us as _ticks_us

_PERIOD = 1 << 30
_EPOCH_2000 = 946684800


def ticks_ms():
    return link.ask(link.TICKS_MS)


def ticks_us():
    return _ticks_us() & (_PERIOD - 1)


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    if not -_PERIOD // 2 < delta < _PERIOD // 2:
        raise OverflowError("ticks interval overflow")
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(end, start):
    return ((end - start + _PERIOD // 2) & (_PERIOD - 1)) - _PERIOD // 2


def sleep_ms(ms):
    start = ticks_ms()
    link.ask(link.WAIT, 0)
    while True:
        left = ms - ticks_diff(ticks_ms(), start)
        if left <= 0:
            return
        link.ask(link.WAIT, left)


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def sleep_us(us):
    _sleep_us(us)
    link.ask(link.WAIT, 0)


def _date():
    return int.from_bytes(link.call(link.DATE_GET)[1], "little")


def time():
    return _date() // 1000


def time_ns():
    return _date() * 1000000


def gmtime(seconds=None):
    return _gmtime((time() if seconds is None else seconds) + _EPOCH_2000)[:8]


localtime = gmtime  # the port knows no time zones


def mktime(date):
    return _mktime(tuple(date)) - _EPOCH_2000  # the interpreter's time zone is UTC (vm/process.py)

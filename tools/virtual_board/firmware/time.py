"""`time` of the ESP8266 port: ticks wrap at 2**30, sleeping runs callbacks, the epoch is 2000.

The clock is the chip's, so a test can move it. Left out on purpose: time.clock and what else the
Unix port has on top.
"""

import link
from utime import gmtime, localtime, mktime
from utime import sleep_us as _sleep_us
from utime import ticks_us as _ticks_us
from utime import time as _time
from utime import time_ns as _time_ns

_PERIOD = 1 << 30
_EPOCH_2000 = 946684800


def ticks_ms():
    return link.call(link.TICKS_MS)[0]


def ticks_us():
    return _ticks_us() & (_PERIOD - 1)


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(end, start):
    return ((end - start + _PERIOD // 2) & (_PERIOD - 1)) - _PERIOD // 2


def sleep_ms(ms):
    start = ticks_ms()
    link.call(link.WAIT, 0)
    while True:
        left = ms - ticks_diff(ticks_ms(), start)
        if left <= 0:
            return
        link.call(link.WAIT, left)


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def sleep_us(us):
    _sleep_us(us)
    link.call(link.WAIT, 0)


def time():
    return int(_time()) - _EPOCH_2000


def time_ns():
    return _time_ns() - _EPOCH_2000 * 1000000000

"""Our access point while the network is away: it comes up where the network has been gone for two
minutes, and goes off when that is back.

It comes up at boot (wifi.py, which leaves the heap then), so that takes a restart. Loaded only
where AP_PASSWORD is set.
"""

import time

import machine
import network
from micropython import const

from device import rtc_state

_LOOK_MS = const(1000)
_GONE_MS = const(120000)
# In RTC memory, see rtc_state.py.
_WIFI = const(15)
_GONE = const(1)

up = False  # the access point

_joined = 0  # ticks: when the station was last seen to be in its network


def start(is_up):
    """Watch from now on, with the access point up or not."""
    global up, _joined
    up = is_up
    _joined = time.ticks_ms()


def sweep(now):
    """A job of server.py's: it reads a variable of the SDK, waits for nothing and never raises."""
    global up, _joined
    try:
        if network.WLAN(network.WLAN.IF_STA).isconnected():
            _joined = now
            if up:
                network.WLAN(network.WLAN.IF_AP).active(False)
                up = False
        # Settled, since a reset before that counts as a crash, and one in safe mode would end it.
        elif not up and rtc_state.settled and time.ticks_diff(now, _joined) >= _GONE_MS:
            rtc_state.set(_WIFI, _GONE)
            machine.reset()
    except OSError:
        pass  # the next time tries again
    return _LOOK_MS

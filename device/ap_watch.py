"""Our access point while the network is away: it goes off when the station has joined, and comes
up where the network has been gone for two minutes.

It comes up at boot only (wifi.py, which leaves the heap then), so the latter takes a restart. A
module of its own, loaded only where AP_PASSWORD is set.
"""

import time

import machine
import network
from micropython import const

from device import rtc_state

_LOOK_MS = const(1000)
_GONE_MS = const(120000)

up = False  # the access point

_joined = None  # ticks: when the station was last seen to be joined


def sweep(now):
    """A job of server.py's: it reads a variable of the SDK, waits for nothing and never raises."""
    global up, _joined
    try:
        if network.WLAN(network.WLAN.IF_STA).isconnected():
            _joined = now
            if up:
                network.WLAN(network.WLAN.IF_AP).active(False)
                up = False
        # Not in safe mode, which a restart would end.
        elif not up and _joined is not None and rtc_state.settled:
            if time.ticks_diff(now, _joined) >= _GONE_MS:
                rtc_state.record("no WiFi for 2 minutes: restarted for the access point")
                machine.reset()
    except OSError:
        pass  # the next time tries again
    return _LOOK_MS

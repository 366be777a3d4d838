"""Switches our access point off once the station has joined its network.

A module of its own, loaded where that access point came up: wifi.py can leave the heap then.
"""

import network
from micropython import const

_LOOK_MS = const(1000)

_up = True


def sweep(_):
    """A job of server.py's: it reads a variable of the SDK, waits for nothing and never raises."""
    global _up
    try:
        if _up and network.WLAN(network.WLAN.IF_STA).isconnected():
            network.WLAN(network.WLAN.IF_AP).active(False)
            _up = False
    except OSError:
        pass  # the next time tries again
    return _LOOK_MS if _up else None

"""A deploy on trial. It is loaded only while what was deployed is not yet confirmed.

`make deploy` confirms what it has seen to work. Otherwise this does after ten minutes in which the
board had WiFi and answered a request; without these, as with a wrong WiFi password, the board
resets, and boot.py takes the deploy back. /.deploy/undo says how, and is there during a trial.
"""

import machine
import network
from micropython import const

from device import rtc_state

_TRIAL_MS = const(600000)
# In RTC memory, see rtc_state.py.
_TRIAL = const(8)
_CONFIRMED = const(1)
_FAILED = const(2)

confirmed = False  # make deploy has seen it work


def poll(now):
    """A job of server.py's. Ticks begin at 0 with every hard reset, as each deploy makes one."""
    global confirmed
    if confirmed:
        return None
    if 0 <= now < _TRIAL_MS:
        return _TRIAL_MS - now
    confirmed = True
    if rtc_state.settled and network.WLAN(network.WLAN.IF_STA).isconnected():
        rtc_state.set(_TRIAL, _CONFIRMED)  # the next boot removes the files
    else:
        rtc_state.record("no WiFi, or no request, for 10 minutes")
        rtc_state.set(_TRIAL, _FAILED)
        machine.reset()

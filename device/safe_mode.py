"""Safe mode: after three crashes in a row the switch stays off, so that it can be mended.

A crash is a reset by the chip's exception handler or a watchdog. A boot as such proves nothing:
mpremote makes one at every call, by a soft reset, which leaves reset_cause() as it was. So boot.py
counts each reset once. What tells a soft reset from a hard one is network.country(), a variable of
the firmware that a hard reset sets to "XX" and a soft one leaves alone (extmod/modnetwork.c), and
that this chip makes no other use of: boot.py sets it to "ZZ", which is no country either.
"""

import machine
from micropython import const

from device import rtc_state

_LIMIT = const(3)
# The SDK's numbers (struct rst_info).
_WATCHDOG = const(1)
_EXCEPTION = const(2)
_SOFT_WATCHDOG = const(3)
_CRASHES = (_WATCHDOG, _EXCEPTION, _SOFT_WATCHDOG)


def record():
    """Retain what crashed, as the last error."""
    cause = machine.reset_cause()
    if rtc_state.crashes and cause in _CRASHES:
        crash = "exception" if cause == _EXCEPTION else "watchdog"
        rtc_state.record("crash by %s, %d in a row" % (crash, rtc_state.crashes))


def active():
    """True where the switch is to stay off."""
    return rtc_state.crashes >= _LIMIT

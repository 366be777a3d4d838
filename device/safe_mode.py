"""Safe mode: after three crashes in a row the switch stays off, so that it can be mended.

A crash is a reset by the chip's exception handler or a watchdog. A boot as such proves nothing:
mpremote makes one at every call, by a soft reset, which leaves reset_cause() as it was. So boot.py
counts each reset once. What tells a soft reset from a hard one is network.country(), a variable of
the firmware that a hard reset sets to "XX" and a soft one leaves alone (extmod/modnetwork.c), and
that this chip makes no other use of: boot.py sets it to "ZZ", which is no country either.
"""

import machine
from micropython import const

from device import retained

_LIMIT = const(3)
_CRASHES = (1, 2, 3)  # the SDK's numbers for watchdog, exception, soft watchdog


def record():
    """Retain what crashed, as the last error."""
    cause = machine.reset_cause()
    if retained.crashes and cause in _CRASHES:
        kind = "exception" if cause == 2 else "watchdog"
        retained.record("crash by %s, %d in a row" % (kind, retained.crashes))


def active():
    """True where the switch is to stay off."""
    return retained.crashes >= _LIMIT

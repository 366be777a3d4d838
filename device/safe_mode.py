"""Safe mode: after three crashes in a row the switch stays off, so that it can be mended.

A crash is a reset by the chip's exception handler or a watchdog. A boot as such proves nothing:
mpremote makes one at every call, by a soft reset, which leaves reset_cause() as it was. So each
reset is counted once. What tells a soft reset from a hard one is network.country(), a variable of
the firmware that a hard reset sets up and a soft one leaves alone (extmod/modnetwork.c), and that
this chip makes no other use of.
"""

import machine
import network
from micropython import const

from device import retained

_LIMIT = const(3)
_CRASHES = (1, 2, 3)  # the SDK's numbers for watchdog, exception, soft watchdog
_AFTER_RESET = "XX"  # the firmware's value
_COUNTED = "ZZ"  # no country has this one either


def count():
    """At boot: add a crash, once; or clear the count, where the reset had another cause."""
    new = network.country() == _AFTER_RESET
    network.country(_COUNTED)
    cause = machine.reset_cause()
    if cause not in _CRASHES:
        retained.set_crashes(0)
        return
    if new:
        retained.set_crashes(retained.crashes + 1)
    kind = "exception" if cause == 2 else "watchdog"
    retained.record("crash by %s, %d in a row" % (kind, retained.crashes))


def active():
    """True where the switch is to stay off."""
    return retained.crashes >= _LIMIT

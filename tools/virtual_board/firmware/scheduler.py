"""`micropython` of the ESP8266, with a schedule() whose callbacks come by way of the chip.

So they run where events do: at a call to the hardware and at the idle prompt, and never while
Ctrl-C breaks a loop, which on the chip waits for their end. The queue holds four.
"""

import link
from micropython import (
    RingIO,
    const,
    heap_lock,
    heap_unlock,
    mem_info,
    opt_level,
    qstr_info,
    stack_use,
)

_DEPTH = 4


def schedule(function, argument):
    """Call function(argument) soon; RuntimeError where four are waiting."""
    for number in range(link.SCHEDULED, link.SCHEDULED + _DEPTH):
        if not link.handlers.get(number):
            break
    else:
        raise RuntimeError("schedule queue full")

    def run():
        link.handlers[number] = None
        function(argument)

    link.handlers[number] = run
    link.call(link.SCHEDULE, number)


def kbd_intr(character):
    """The character that raises KeyboardInterrupt; -1 for none."""
    link.call(link.KBD_INTR, character)


def alloc_emergency_exception_buf(size):
    pass

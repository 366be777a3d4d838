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


_functions = [None] * _DEPTH
_arguments = [None] * _DEPTH


def _caller(slot):
    def call():
        function, argument = _functions[slot], _arguments[slot]
        _functions[slot] = _arguments[slot] = None
        function(argument)

    return call


for _slot in range(_DEPTH):
    link.handlers[link.SCHEDULED + _slot] = _caller(_slot)


def schedule(function, argument):
    """Call function(argument) soon; RuntimeError where four are waiting. It allocates nothing."""
    for slot in range(_DEPTH):
        if _functions[slot] is None:
            break
    else:
        raise RuntimeError("schedule queue full")
    _functions[slot], _arguments[slot] = function, argument
    link.ask(link.SCHEDULE, link.SCHEDULED + slot)


def kbd_intr(character):
    """The character that raises KeyboardInterrupt; -1 for none."""
    link.ask(link.KBD_INTR, character)


def alloc_emergency_exception_buf(size):
    pass

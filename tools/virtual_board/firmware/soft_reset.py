"""The end of a run of the VM: the heap is swept, and callbacks that are queued run once more.

soft_reset() in ports/esp8266/main.c: gc_sweep_all() frees all objects and runs their finalisers,
which close sockets and files. Then it waits 10 ms, in which callbacks run whose events came before
the sweep or come now. They find the old objects as long as nobody writes over them.

Harsher than the chip, where it is a matter of luck: a callback crashes the board (reset cause 2)
* when it asks the hardware for anything but poll() of a socket, which says POLLNVAL for each;
* when it prints, has memory left over that it did not have before, or ends by an exception.
Kinder: memory that it frees itself is not noticed, nor the clocks in Unix's part of `time`. Files
are closed behind the callbacks.
"""

import gc
import sys

import link
import micropython

_POLLNVAL = (32, b"")
_call, _ask = link.call, link.ask
_MODULE = type(sys)
_misused = -1  # the operation that crashed the board; 0: an allocation or an exception


def run(space):
    """All of it; `space` is the name space of `__main__`."""
    gc.collect()
    gc.disable()
    link.call, link.ask, link._run = _refuse, _refuse_to_ask, _run_callback
    _call(link.SWEPT)  # callbacks run in here
    for _ in range(8):  # and here: one a jump
        pass
    link.call, link.ask = _call, _ask
    gc.enable()
    for module in sys.modules.values():  # the finalisers of files
        if type(module) is _MODULE and hasattr(module, "__file__"):  # not what is built in
            module.__dict__.clear()
    space.clear()
    gc.collect()
    if _misused >= 0:
        _call(link.CRASHED, _misused)


def _refuse(op, a=0, b=0, data=b""):
    global _misused
    if op == link.SOCK_POLL:
        return _POLLNVAL
    if _misused < 0:
        _misused = op
    raise OSError(9)


def _refuse_to_ask(op, a=0, b=0):
    return _refuse(op)[0]


def _run_callback(handler):
    global _misused
    if _misused >= 0 or not handler:
        return
    before = gc.mem_alloc()
    try:
        handler()
    except BaseException:
        before = 0
    if _misused < 0 and gc.mem_alloc() != before:
        _misused = 0

"""What drives everything: the firmware calls sweep() back at events, and a tick at due times.

It knows listeners, and beside them
  sources   functions to call at each sweep, with whether the sweep has accepted a client. They
            read whatever has come, since an event says little and may be lost. connection.turn is
            the first; an outgoing connection, a UDP socket and a WebREPL session are others.
  jobs      functions to call when they are due, with the time (ticks). Each returns in how many ms
            it has to be called again, at most 2**28, or None for "when anything has happened".
            All are called when one is due, and within 25 ms of any event: so a job looks
            for itself whether it has something to do.
What one of them raises is the last error, and costs only itself its turn.

sweep() is the only callback there is: what else wants to be called back calls it, and does nothing
where it returns True.
"""

import select
import socket
from time import ticks_add, ticks_diff, ticks_ms

import micropython
from micropython import const

from device import connection
from device.connection import accept, services
from device.rtc_state import failed

_BACKLOG = const(4)
_POLLNVAL = const(32)  # of a closed socket
_CALLBACK = const(20)  # socket option: modlwip.c calls back at a new client, at data and at EOF
_SOON_MS = const(25)
_LOST_MS = const(1000)

sources = [connection.turn]
jobs = [connection.check]

_poll = select.poll()  # the listeners
_ticking = False  # a tick is in the scheduler's queue
_due = ticks_ms()  # ticks: when the jobs are to be called next; an event may bring it forward


def listen(service):
    """Serve `service` (connection.py says what that is) from now on. OSError: port taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(socket.getaddrinfo("0.0.0.0", service.port)[0][-1])
    except OSError:
        listener.close()
        raise
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    services[listener] = service
    _poll.register(listener, select.POLLIN)
    listener.setsockopt(socket.SOL_SOCKET, _CALLBACK, connection.callback)
    _tick()  # for who came before that, and for the jobs


def sweep(event=None):
    """Do what can be done now, for all; never waits, never raises. Option 20's callback.

    Returns True, having done nothing, where a soft reset has closed the listeners. The firmware
    frees all objects then and runs what is in the queue (ports/esp8266/main.c), on memory that
    whatever allocates writes over. The question allocates nothing: neither does the frame of this
    function, which stays below 12 words.

    Events get lost, as four fit in their queue: so whichever comes has to do for all of them. And
    while something is due, a tick (`event` is True) looks for whether its time has come. A
    machine.Timer would outlive a soft reset; the tick puts itself into the queue again and again,
    which whatever waits looks at all the time, be it the prompt or time.sleep().
    """
    global _ticking
    new = False
    for item in _poll.ipoll(0):
        if item[1] & _POLLNVAL:
            return True
        if _call(accept, item[0]):
            new = True
    if event is True:
        _ticking = False
    late = ticks_diff(ticks_ms(), _due)
    if late >= 0 or new or event is not True:
        for item in sources:
            _call(item, new)
        if not -_SOON_MS <= late < 0:
            late = _run_jobs(late)
    if late is not None and not _ticking:
        _tick()


def _tick():
    global _ticking
    try:
        micropython.schedule(sweep, True)
        _ticking = True
    except Exception:
        pass  # a full queue: of what sweeps, too, as the button does


def _run_jobs(late):
    # Call the jobs where one is due since `late` ms, else see to it soon -> None: none is due.
    global _ticking, _due
    wait = _SOON_MS
    if late >= 0:
        if late > _LOST_MS:
            _ticking = False  # a tick got lost: a callback fails where it finds no stack
        wait = None
        for job in jobs:
            late = _call(job, ticks_ms())
            if late is not None and (wait is None or late < wait):
                wait = late
    _due = ticks_add(ticks_ms(), _SOON_MS if wait is None else wait)
    return wait


def _call(function, argument):
    try:
        return function(argument)
    except Exception as e:
        failed(e)  # and the next sweep tries again


connection.callback = sweep

"""What drives the services: the firmware's callbacks, or else a loop.

Clients are connection.py's part, which also says what a service is.
"""

import select
import socket
from time import ticks_diff, ticks_ms

import micropython
from micropython import const

from device import connection
from device.connection import accept, poll, serve, services, slots

_BACKLOG = const(4)
_POLLNVAL = const(32)  # of a closed socket
_CALLBACK = const(20)  # socket option: modlwip.c calls back at a new client, at data and at EOF
_TICK_MS = const(25)
_LOST_MS = const(1000)
# Of a slot, see connection.py.
_SOCK = const(0)
_READS_LEFT = const(5)

after_sweep = None  # what sweep() calls at its end, with None
checks = [connection.check]  # called with the time (ticks) while there is anything to do

_ticking = False
_checked = 0  # ticks: when deadlines were last looked at


def listen(service):
    """Serve `service` from now on -> True, or False where only run() does. OSError: port taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo("0.0.0.0", service.port)[0][-1])
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    services[listener] = service
    poll.register(listener, select.POLLIN)
    try:
        listener.setsockopt(socket.SOL_SOCKET, _CALLBACK, sweep)
        connection.callback = sweep
        micropython.schedule(sweep, None)  # for who came before that
    except Exception:
        pass  # no lwIP; or a full queue
    return bool(connection.callback)


def closed():
    """True where a soft reset has closed the listeners: a callback has to do nothing then.

    The firmware frees all objects and then runs what is in the queue (ports/esp8266/main.c), on
    memory that whatever allocates writes over. So this is what each callback asks first, and it
    allocates nothing: neither does its frame, which stays below 12 words.
    """
    for event in poll.ipoll(0):
        if event[1] & _POLLNVAL:
            return True


def run():
    """Serve until Ctrl-C."""
    wait = -1
    while True:
        wait = _turn(wait)


def sweep(event=None):
    """Do what can be done now, for all clients; never waits, never raises. Option 20's callback.

    Events get lost, as four fit in their queue: so whichever comes has to do for all of them. And
    while there are clients, a tick (`event` is True) sweeps every 25 ms. A machine.Timer would
    outlive a soft reset; the tick puts itself into the queue again and again, which whatever waits
    looks at all the time, be it the prompt or time.sleep().
    """
    global _ticking
    if closed():
        return
    wait = _TICK_MS
    if event is True:
        _ticking = False
    if event is not True or not 0 <= ticks_diff(ticks_ms(), _checked) < _TICK_MS:
        try:
            wait = _turn(0)
            if after_sweep:
                after_sweep(None)
        except Exception:
            pass  # no memory: the next one tries again
    if not _ticking and (wait > 0 or event is not True):
        try:
            micropython.schedule(sweep, True)
            _ticking = True
        except Exception:
            pass  # a full queue: of what sweeps, too, as the button does


def _turn(wait):
    # Wait `wait` ms for events and serve everybody -> ms until the next turn is due, -1: none is.
    new = False
    for event in poll.ipoll(wait):
        if event[0] in services:
            accept(event[0])
            new = True
    wait = -1
    for slot in slots:
        if slot[_SOCK]:
            wait = _TICK_MS
            # Who has an answer can wait while others come.
            if not new or not slot[_READS_LEFT]:
                serve(slot)
    if not 0 <= ticks_diff(ticks_ms(), _checked) < _TICK_MS:
        _check()
    return wait


def _check():
    global _checked, _ticking
    now = ticks_ms()
    if not 0 <= ticks_diff(now, _checked) < _LOST_MS:
        _ticking = False  # a tick got lost: a callback fails where it finds no stack
    _checked = now
    try:
        for check in checks:
            check(now)
    except Exception:
        pass  # it costs those behind it their turn, but no client anything

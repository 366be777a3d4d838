"""The three places for TCP clients, of HTTP and of WebREPL, and the two ways to drive them.

lwIP drops the SYN of a sixth active connection (tcp_in.c). Three here and a WebREPL session leave
one for the next client, who takes the place that can best be spared.
"""

import select
import socket
import time

import micropython
from micropython import const

from device import connection

_PLACES = const(3)
_BACKLOG = const(4)
_CALLBACK = const(20)  # socket option: modlwip.c calls back at a new client, at data and at EOF
_TICK_MS = const(25)
_LOST_MS = const(1000)

after_sweep = None  # a function that sweep() calls at its end, with None

_places = [connection.Connection() for _ in range(_PLACES)]
_services = {}  # by listening socket
_poll = select.poll()  # the listening sockets; and see connection.poll
_called_back = False
_ticking = False
_checked = 0  # ticks: when the places were last looked at for who is overdue


def listen(service):
    """Serve `service` from now on -> True, or False where only run() does. OSError: port taken."""
    global _called_back
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo("0.0.0.0", service.port)[0][-1])
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    _services[listener] = service
    _poll.register(listener, select.POLLIN)
    try:
        listener.setsockopt(socket.SOL_SOCKET, _CALLBACK, sweep)
    except (OSError, TypeError):  # not lwIP
        return False
    _called_back = True
    _tick_soon()  # somebody may have come before that
    return True


def run():
    """Serve until Ctrl-C."""
    connection.poll = _poll
    wait = -1
    while True:
        wait = _turn(wait)


def sweep(_=None):
    """Do what can be done now, for all clients; never waits, never raises. Option 20's callback.

    Events get lost, as four fit in their queue: so whichever comes has to do for all of them, and
    a tick follows, if only for an event that was lost meanwhile.
    """
    _sweep()
    if not _ticking:
        _tick_soon()


def _sweep():
    wait = _TICK_MS
    try:
        wait = _turn(0)
        if after_sweep:
            after_sweep(None)
    except Exception:
        pass  # no memory: the next one tries again
    return wait


def _turn(wait):
    """Wait `wait` ms for events, serve everybody -> ms until the next turn is due, or -1."""
    for event in _poll.ipoll(wait):
        if event[0] in _services:
            _accept(event[0])
    wait = -1
    for place in _places:
        if place.sock:
            place.serve()
            wait = _TICK_MS
    if not 0 <= time.ticks_diff(time.ticks_ms(), _checked) < _TICK_MS:
        _check()
    return wait


def _accept(listener):
    # One client a turn: others that wait have an event of their own, or the tick.
    for place in _places:
        if not place.sock:
            break
    else:
        place = _make_room()
    place.begin(_services[listener])
    try:
        place.sock, place.peer = listener.accept()
        place.sock.setblocking(False)
        if _called_back:
            place.sock.setsockopt(socket.SOL_SOCKET, _CALLBACK, sweep)
    except Exception:
        place.drop()


def _make_room():
    now = time.ticks_ms()
    best = _places[0]
    for place in _places:
        if place.readiness(now) > best.readiness(now):
            best = place
    best.make_room()
    return best


def _check():
    global _checked, _ticking
    now = time.ticks_ms()
    if not 0 <= time.ticks_diff(now, _checked) < _LOST_MS:
        _ticking = False  # a tick got lost: a callback fails where there is no stack left for it
    _checked = now
    for place in _places:
        if place.sock:
            place.check(now)


def _tick_soon():
    """Look after everybody in 25 ms again, whether or not there are events until then.

    A machine.Timer would outlive a soft reset. So this puts a callback in the queue, and that puts
    itself back: whatever waits looks at the queue all the time, be it the prompt or time.sleep().
    """
    global _ticking
    try:
        micropython.schedule(_tick, None)
        _ticking = True
    except Exception:
        pass  # RuntimeError: a full queue. What may be in it, such as the button's, sweeps too


def _tick(_):
    global _ticking
    _ticking = False
    if 0 <= time.ticks_diff(time.ticks_ms(), _checked) < _TICK_MS or _sweep() > 0:
        _tick_soon()

"""The clients' connections: accepted, read, answered and ended, and none of them ever waited for.

lwIP drops the SYN of a sixth active connection (tcp_in.c). Three places, which HTTP and WebREPL
share, and a WebREPL session leave one for the next client, for whom one in the three makes room.

Whoever serves a port is a module, or an object, with
  port            the TCP port
  rejected        a count of the clients that it lost or refused
  answer(data)    the response (bytes, at most 1071) to `data` (bytes-like), all that has come so
                  far on one connection, or None while that is no whole request
  sent(response, sock, peer)    called behind a response: None lets the client close first, False
                  has the connection closed now, True keeps the socket

On a request's way, here and in server.py, no function has more than 11 words of locals and stack,
three for a `try` included: for more, MicroPython takes each call's frame from the heap (objfun.c).
"""

import select
import socket
from time import ticks_diff, ticks_ms

from micropython import const

from device.http import error

_PLACES = const(3)
_CALLBACK = const(20)  # socket option, see server.py
_BUFFER = const(512)
_SEND_BUFFER = const(1072)  # lwIP's TCP_SND_BUF
_PATIENCE_MS = const(4000)  # for a whole request to come
_LONG = const(0xFFFFF)  # ms, longer than any of them
_LINGER_MS = const(50)  # of silence
_LINGER_READS = const(128)  # 64 KiB

# A place is a list of these, and free while there is no socket.
_SOCK = const(0)
_PEER = const(1)
_SERVICE = const(2)
_SINCE = const(3)  # ticks: when check() saw it first as it is, or None
_DATA = const(4)  # of a request that is not whole yet, or None
_LEFT = const(5)  # 0 or, once answered, how many reads it still has
_WATCHED = const(6)  # by `poll`

callback = None  # for option 20, where the firmware has that
services = {}  # by listening socket
poll = select.poll()  # those; and where there is no callback, clients that have yet to ask

places: list[list] = [[None] * 7 for _ in range(_PLACES)]
_buffer = bytearray(_BUFFER)
_view = memoryview(_buffer)


def accept(listener):
    """Take in the client that waits there; who can best be spared makes room."""
    for place in places:
        if not place[_SOCK]:
            break
    else:
        place = _make_room()
    place[_SERVICE] = services[listener]
    place[_SINCE] = place[_DATA] = None
    place[_LEFT] = 0
    try:
        place[_SOCK], place[_PEER] = listener.accept()
        place[_SOCK].setblocking(False)
        if callback:
            place[_SOCK].setsockopt(socket.SOL_SOCKET, _CALLBACK, callback)
    except Exception:
        _drop(place)


def serve(place):
    """Read and answer whatever has come from the client there. Never raises an Exception."""
    try:
        n = place[_SOCK].readinto(_buffer)
        while n:
            _take(place, n)
            if n < _BUFFER or not place[_SOCK]:
                break
            n = place[_SOCK].readinto(_buffer)
        if n == 0:
            _close(place)
        elif place[_SOCK] and not (callback or place[_LEFT]):
            poll.register(place[_SOCK], select.POLLIN)
            place[_WATCHED] = True
    except Exception:
        _drop(place)


def check(now):
    """End the connections that are overdue at `now` (ticks)."""
    for place in places:
        if place[_SOCK]:
            _hurry(place, now)


def choke(sock):
    """Make the next close() of a socket take effect at once, not after 5 s. Never raises.

    A full send buffer has no room for a FIN, so modlwip.c aborts (tcp_out.c: tcp_enqueue_flags).
    The client may still get the 503, with zeros behind it, before the RST.
    """
    try:
        words = error(503)
        sock.setblocking(False)
        sock.send(words + bytes(_SEND_BUFFER - len(words)))
    except Exception:
        pass  # it is gone already, or there is no memory: then the plain close() has to do


def _make_room():
    # Rather of who has an answer than of who is silent, and rather of these than of who asks.
    for place in places:
        if place[_LEFT]:
            break
    else:
        place = max(places, key=_rank)
        place[_SERVICE].rejected += 1
        choke(place[_SOCK])
    _close(place)
    return place


def _rank(place):
    # Of those without an answer: by age, and who is silent as if that were by far the longest.
    age = 0 if place[_SINCE] is None else ticks_diff(ticks_ms(), place[_SINCE])
    return age if place[_DATA] else age + _LONG


def _take(place, n):
    # Deal with the `n` bytes in _buffer or, for 0, with a client that is late.
    if place[_LEFT]:
        place[_LEFT] -= 1
        place[_SINCE] = None
        if not place[_LEFT]:
            _close(place)
        return
    if n:
        data = _view[:n]
        if place[_DATA]:
            data = place[_DATA] + data
        response = place[_SERVICE].answer(data)
        if response is None:
            place[_DATA] = bytes(data)
            return
    else:
        response = error(408)
    if place[_SOCK].send(response) != len(response):
        raise OSError
    place[_LEFT] = _LINGER_READS
    place[_SINCE] = place[_DATA] = None
    then = place[_SERVICE].sent(response, place[_SOCK], place[_PEER])
    if then:
        place[_SOCK] = None
    elif then is not None:
        _close(place)


def _hurry(place, now):
    if place[_SINCE] is None:
        place[_SINCE] = now
    patience = _LINGER_MS if place[_LEFT] else _PATIENCE_MS
    if 0 <= ticks_diff(now, place[_SINCE]) < patience:
        return
    try:
        if place[_LEFT]:
            _close(place)
        else:
            _take(place, 0)
    except Exception:
        _drop(place)


def _drop(place):
    if not place[_LEFT]:
        place[_SERVICE].rejected += 1
    if place[_SOCK]:
        _close(place)


def _close(place):
    # With a FIN, or with an RST where the client has said more.
    sock = place[_SOCK]
    place[_SOCK] = place[_DATA] = None
    if place[_WATCHED]:
        poll.unregister(sock)
        place[_WATCHED] = False
    sock.close()

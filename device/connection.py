"""The clients' connections: accepted, read, answered and ended, and none of them ever waited for.

lwIP drops the SYN of a sixth connection (tcp_in.c). Three slots for HTTP and WebREPL and a session
leave one for the next client, for whom one of the three is evicted.
A service is a module, or an object, with `port` (TCP) and
  handle(data)    the response (bytes, at most 1071) to `data` (bytes-like, all of one connection
                  so far); None while more must come, or 0 to ask for that by a 100; a raise is 500
  count(status)   called once for each client, with the first digit of the status that it was sent
                  (a byte, as in b"2"), or 0 where it was lost
  upgraded(sock, peer)    only behind a 101, instead of count(): True where it keeps the socket
The client closes first, or is closed after a short silence. Until it closes, too, lwIP counts the
connection for up to 5 s. So that keeps its slot, and there is one like it at a time (_finish).
On a request's way, here and in server.py, no function has more than 11 words of locals and stack,
three for a `try` included: for more, MicroPython takes each call's frame from the heap (objfun.c).
"""

from socket import socket
from time import ticks_diff, ticks_ms

from micropython import const

from device.http import error

_SLOTS = const(3)
_SOL_SOCKET = const(1)
_SO_REUSEADDR = const(4)
_CALLBACK = const(20)  # socket option, see server.py
_BUFFER = const(512)
_REQUEST_TIMEOUT_MS = const(4000)  # for a whole request to come
_LONG = const(0xFFFFF)  # ms, longer than any of them
_UNDISTURBED_MS = const(150)  # for a client's first bytes to come, before it can be evicted
_LINGER_MS = const(50)  # of silence
_LINGER_READS = const(128)  # 64 KiB
_CHECK_MS = const(25)

_SOCK = const(0)  # of a slot, which is a list; None: it is free
_PEER = const(1)
_SERVICE = const(2)
_SINCE = const(3)  # ticks: when check() saw it first as it is, or 0 or None
_DATA = const(4)  # of a request that is not whole yet, or None
_READS_LEFT = const(5)  # 0 or, once answered, how many reads it still has; -2: closed by us

callback = None  # server.sweep
services = {}  # by listening socket

slots: list[list] = [[None] * 6 for _ in range(_SLOTS)]
_view = memoryview(bytearray(_BUFFER))


def accept(listener):
    """Take in the client that waits there, if need be by evicting another -> whether it could."""
    for slot in slots:
        if slot[_SOCK] and slot[_READS_LEFT]:
            _serve(slot)  # its client may have closed by now
        if not slot[_SOCK]:
            break
    else:
        slot = max(slots, key=_rank)
        if _rank(slot) % _LONG < _UNDISTURBED_MS:
            return False
        abort(slot[_SOCK], slot[_READS_LEFT])
        _drop(slot)
    slot[_SERVICE] = services[listener]
    slot[_SINCE] = slot[_READS_LEFT] = 0
    try:
        slot[_SOCK], slot[_PEER] = listener.accept()
        slot[_SOCK].setblocking(False)
        slot[_SOCK].setsockopt(_SOL_SOCKET, _CALLBACK, callback)
    except Exception:
        _drop(slot)
    return True


def turn(new):
    """Read and answer whatever has come; a source of server.py's."""
    for slot in slots:
        if slot[_SOCK] and not (new and slot[_READS_LEFT]):  # who has an answer can wait
            _serve(slot)


def check(now):
    """End the connections that are overdue at `now` (ticks); a job of server.py's."""
    late = None
    for slot in slots:
        if slot[_SOCK]:
            if not slot[_SINCE]:
                slot[_SINCE] = now
            late = ticks_diff(now, slot[_SINCE])
            if not 0 <= late < (_LINGER_MS if slot[_READS_LEFT] else _REQUEST_TIMEOUT_MS):
                _fail(slot, 408)
    return None if late is None else _CHECK_MS  # not later: an event may be lost


def _serve(slot):
    try:
        n = _BUFFER
        while n == _BUFFER and slot[_SOCK]:
            n = slot[_SOCK].readinto(_view)
            if n:
                _handle_data(slot, n)
        if n == 0:
            _close(slot)
    except OSError:
        _drop(slot)
    except MemoryError:
        _drop(slot)
    except Exception:
        _fail(slot, 500)
        raise  # to server.py, which records it


def _fail(slot, number):
    try:
        _handle_data(slot, -number)
    except Exception:
        _drop(slot)


def abort(sock, n):
    """Make the next close() of a socket take effect at once, not after 5 s. Never raises."""
    # A full send buffer has no room for a FIN, so modlwip.c aborts (tcp_out.c: tcp_enqueue_flags).
    # The client may get the 503 before the RST, or line ends where it has an answer already (`n`).
    try:
        sock.setblocking(False)
        sock.send(error(408)[-1:] * 1072 if n else error(503, "Retry-After: %-909s\r\n" % 1))
    except Exception:
        pass  # it is gone already, or there is no memory: then the plain close() has to do


def _rank(slot):
    # By age. Rather who has an answer than who is silent, and rather these than who asks.
    now = ticks_ms()
    age = ticks_diff(now, slot[_SINCE] or now) + slot[_READS_LEFT] * _LONG
    return age if slot[_DATA] else age + _LONG


def _handle_data(slot, n):
    # Deal with the `n` bytes in _view or, below 0, answer with that error.
    if slot[_READS_LEFT]:
        if n < 0:  # or upgraded() raised
            return _finish(slot)
        slot[_READS_LEFT] -= 1
        slot[_SINCE] = None
        if not slot[_READS_LEFT]:
            _close(slot)
        return
    if n > 0:
        data = _view[:n]
        if slot[_DATA]:
            data = slot[_DATA] + data
        response = slot[_SERVICE].handle(data)
        if not response:
            slot[_DATA] = bytes(data)
            if response == 0:
                slot[_SOCK].send(b"HTTP/1.1 100 Continue\r\n\r\n")
            return
    else:
        response = error(-n)
    if slot[_SOCK].send(response) != len(response):
        raise OSError
    slot[_READS_LEFT] = _LINGER_READS
    slot[_SINCE] = slot[_DATA] = None
    n = response[9]  # behind b"HTTP/1.1 "
    if n != 0x31:  # b"1", of 101
        slot[_SERVICE].count(n)
    elif slot[_SERVICE].upgraded(slot[_SOCK], slot[_PEER]):
        slot[_SOCK] = None


def _finish(slot):
    # Close it before its client does, unless lwIP has another like it, or free its slot once lwIP
    # has it no more. Until then nobody can bind to its port, as it lacks SO_REUSEADDR. readinto()
    # raises if it is closed, or reset: then setsockopt() would crash. No event comes in between.
    sock = slot[_SOCK]
    probe = socket()
    try:
        probe.setsockopt(_SOL_SOCKET, _SO_REUSEADDR, 1)
        probe.bind(("0.0.0.0", slot[_SERVICE].port))
        slot[_READS_LEFT] = 0
        sock.readinto(_view)
        sock.setsockopt(_SOL_SOCKET, _SO_REUSEADDR, 0)
        slot[_READS_LEFT] = -2
        sock.close()
    except Exception:
        if not slot[_READS_LEFT]:
            _close(slot)
    probe.close()


def _drop(slot):
    if not slot[_READS_LEFT]:
        slot[_SERVICE].count(0)
    if slot[_SOCK] and slot[_READS_LEFT] >= 0:
        _close(slot)


def _close(slot):
    # With a FIN, or with an RST where the client has said more.
    slot[_SOCK].close()
    slot[_SOCK] = slot[_DATA] = None

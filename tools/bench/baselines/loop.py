"""Serves without option 20: runs on MicroPython for a PC, which has no such callbacks.

It does in a loop what server.sweep() does in callbacks, with the same functions of device/.
"""

import select
import socket
import sys

from micropython import const

_TICK_MS = const(25)
_POLLNVAL = const(32)  # of a closed socket
# Of a slot, as in device/connection.py.
_SOCK = const(0)
_READS_LEFT = const(5)


class Micropython:
    """Instead of `micropython`: no tick is ever called, since the loop has a timeout."""

    from micropython import const, stack_use

    schedule = {}.setdefault  # takes two arguments


class Sockets:
    """Instead of `socket` in connection.py, which tries to bind to a port where somebody listens:
    Linux lets nobody do that. A connection that nobody closes needs no care here.
    """

    from socket import SO_REUSEADDR, SOL_SOCKET, socket

    def getaddrinfo(host, port):
        return socket.getaddrinfo(host, 0)


def load():
    """Import device/server.py so that listen() works here -> that module."""
    sys.modules["micropython"] = Micropython
    from device import connection, server

    # What option 20 is given. On Linux that is SO_RCVTIMEO, and 16 zeros mean no timeout.
    connection.callback = bytes(16)
    connection.socket = Sockets
    return server


def run(server, tick_ms=_TICK_MS):
    """Serve until Ctrl-C. With a tick_ms of -1 only events count."""
    from time import ticks_diff, ticks_ms

    from device.connection import accept, services, slots, turn

    watched = select.poll()  # listeners, and clients who have yet to ask
    for listener in services:
        watched.register(listener, select.POLLIN)
    wait, due = -1, ticks_ms()
    while True:
        new = False
        for item in watched.ipoll(wait):
            if item[0] in services:
                if accept(item[0]):
                    new = True
            elif item[1] & _POLLNVAL:
                watched.unregister(item[0])
        turn(new)
        wait = -1
        for slot in slots:
            if slot[_SOCK]:
                wait = tick_ms
                if not slot[_READS_LEFT]:
                    watched.register(slot[_SOCK], select.POLLIN)
        if ticks_diff(ticks_ms(), due) >= 0:
            due = ticks_ms() + _TICK_MS
            for job in server.jobs:
                job(ticks_ms())

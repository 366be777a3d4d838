"""Runs on MicroPython for Unix: how much heap a request takes.

A line "bytes length name" for each kind of request: what it takes until it is over, and the length
of its response. At last "stack bytes", the deepest that the light was asked from.

Modules of the firmware are imported beforehand, since they take nothing on the chip.
"""

import binascii  # noqa: F401
import gc
import hashlib  # noqa: F401
import io  # noqa: F401
import json  # noqa: F401
import os  # noqa: F401
import select  # noqa: F401
import socket
import time  # noqa: F401

import machine  # noqa: F401
import micropython
import network  # noqa: F401
import websocket  # noqa: F401

import loop  # isort: skip

_GET = "GET %s HTTP/1.1\r\nHost: 192.168.4.1\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n"
_SET = (
    "PUT /led HTTP/1.1\r\nHost: 192.168.4.1\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n"
    'Content-Length: 11\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{"on":true}'
)
_TOGGLE = "POST /toggle HTTP/1.1\r\nHost: 192.168.4.1\r\nContent-Length: 0\r\n\r\n"


class Light:
    """Stands in for device/led.py, and notes from how deep it is asked."""

    deepest = 0

    def value(self):
        Light.deepest = max(Light.deepest, micropython.stack_use())
        return True

    def set(self, on):
        self.value()

    def toggle(self):
        self.value()


def requests():
    """Make each kind of request, and answer it, in this process."""
    server = loop.load()
    from device import api, pages, rtc_state

    api.port = 0
    for port in range(18080, 18180):  # the first that is free
        api.port = port
        try:
            server.listen(api)
            break
        except OSError:
            pass
    rtc_state.load()
    api.start("switch", "")
    api.led = light = Light()
    light.signal = light
    address = socket.getaddrinfo("127.0.0.1", api.port)[0][-1]
    _ask(address, _GET % "/led")  # what happens only once has happened then
    shallow = micropython.stack_use()
    style, script = pages.PAGES
    for name, request in (
        ("GET /led, seen before", _GET % "/led"),
        ("GET /led, new", (_GET % "/led").replace("curl", "wget")),
        ("PUT /led", _SET),
        ("POST /toggle", _TOGGLE),
        ("GET /", _GET % "/"),
        ("GET style", _GET % style),
        ("GET script", _GET % script),
        ("GET /status", _GET % "/status"),
        ("404", _GET % "/none"),
        ("400", "GET\r\n\r\n"),
    ):
        print("%d %d %s" % (_ask(address, request) + (name,)))
    print("stack", Light.deepest - shallow)


def _ask(address, request):
    # (bytes that the server takes, length of the response)
    from device import server

    client = socket.socket()
    client.connect(address)
    client.send(request)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(3):  # accept, answer
        server.sweep()
    taken = gc.mem_alloc() - before
    response = client.recv(2000)
    client.close()
    before = gc.mem_alloc()
    server.sweep()
    taken += gc.mem_alloc() - before
    gc.enable()
    assert response.startswith(b"HTTP/1.1 "), response
    return taken, len(response)


requests()

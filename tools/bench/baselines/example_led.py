"""The way of MicroPython's documentation (docs/esp8266/tutorial/network_tcp.rst), for one LED.

Its makefile() is left out: on the chip that gives the socket itself, on a PC a second owner of the
file descriptor, which closes it once more when it is collected.
"""

import socket

from machine import Pin, Signal

led = Signal(Pin(2, Pin.OUT), invert=True)


def serve(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
    listener.listen(5)
    while True:
        client, address = listener.accept()
        print("client connected from", address)
        while True:
            line = client.readline()
            if not line or line == b"\r\n":
                break
        body = '{"on": true}' if led.value() else '{"on": false}'
        client.send("HTTP/1.0 200 OK\r\nContent-type: application/json\r\n\r\n")
        client.send(body)
        client.close()

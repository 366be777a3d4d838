"""The UDP half of the ESP8266's `socket`: modlwip's methods over tools/virtual_board/udp/.

Its reading methods join packets that wait, as mp_stream_rw() does; recv() takes one.
Harsher than the chip: addresses have four decimal numbers, and "0.0.0.0" is nowhere to send to.
Kinder: a socket with a callback and no other reference is kept alive here; the chip collects it.
"""

import struct
import time

import link
import stream
from micropython import const

_EAGAIN = const(11)
_EBADF = const(9)
_ENOMEM = const(12)
_EINVAL = const(22)
_EOPNOTSUPP = const(95)
_ETIMEDOUT = const(110)
_MSG_PEEK = const(1)
_MSG_DONTWAIT = const(2)
_ADD_MEMBERSHIP = const(0x400)
_DROP_MEMBERSHIP = const(0x401)
_CALLBACK = const(20)
_STREAM_POLL = const(3)
_STREAM_CLOSE = const(4)
_TO_REMOTE = const(-1)
_LONGEST = const(1472)
_FIRST = const(112)  # the first id: udp/sockets.py

# A finaliser may neither allocate nor call: it leaves its mark here, and the next call acts on it.
_collected = bytearray(16)


def _close_collected():
    n = _collected.find(b"\x01")
    while n >= 0:
        _collected[n] = 0
        link.call(link.UDP_CLOSE, n + _FIRST)
        n = _collected.find(b"\x01")


def _parse(address):
    host, port = address
    if not host:
        return bytes(4), port
    parts = host.split(".")
    if len(parts) != 4 or not all(p.isdigit() and int(p) < 256 for p in parts):
        raise ValueError("invalid arguments")
    return bytes([int(p) for p in parts]), port


class socket(stream.Stream):
    def __init__(self):
        _close_collected()
        self._n = link.call(link.UDP_OPEN)[0]
        self._timeout = None  # milliseconds; None waits for ever
        self._callback = None

    def __del__(self):
        if self._n >= 0:
            _collected[self._n - _FIRST] = 1

    def _call(self, op, b=0, data=b""):
        if self._n < 0:
            raise OSError(_EBADF)
        return link.call(op, self._n, b, data)

    def bind(self, address):
        self._call(link.UDP_BIND, _parse(address)[1])

    def connect(self, address):
        host, port = _parse(address)
        self._call(link.UDP_CONNECT, port, host)

    def listen(self, backlog=2):
        raise OSError(_EOPNOTSUPP)

    def accept(self):
        raise OSError(_EOPNOTSUPP)

    def setblocking(self, flag):
        self._timeout = None if flag else 0

    def settimeout(self, seconds):
        self._timeout = None if seconds is None else int(seconds * 1000)

    def setsockopt(self, level, option, value):
        if option == _CALLBACK:
            self._callback = value
            if self._n >= 0:
                link.handlers[self._n] = None if value is None else self._fire
                link.call(link.UDP_EVENT, self._n, 0 if value is None else 1)
        elif option in (_ADD_MEMBERSHIP, _DROP_MEMBERSHIP):
            if len(value) != 8:
                raise ValueError
            self._call(link.UDP_OPTION, option, value)
        else:
            self._call(link.UDP_OPTION, option, b"\x01" if value else b"\x00")

    def _fire(self):
        self._callback(self)

    def sendto(self, data, address):
        host, port = _parse(address)
        return self._send(data, host, port)

    def send(self, data):
        return self._send(data, bytes(4), _TO_REMOTE)

    def sendall(self, data):
        raise NotImplementedError

    def _send(self, data, host, port):
        if len(data) > _LONGEST:
            raise OSError(_ENOMEM)
        return self._call(link.UDP_SEND, port, host + bytes(data))[0]

    def _receive(self, n, flags):
        # lwip_raw_udp_receive(): events are pumped until a packet is there or time is up.
        start = time.ticks_ms()
        while True:
            try:
                return self._call(link.UDP_RECV, n, b"\x01" if flags & _MSG_PEEK else b"")[1]
            except OSError as e:
                if e.errno != _EAGAIN or self._timeout == 0 or flags & _MSG_DONTWAIT:
                    raise
            if self._timeout is not None:
                if time.ticks_diff(time.ticks_ms(), start) >= self._timeout:
                    raise OSError(_ETIMEDOUT)
            link.call(link.WAIT, 1)

    def recvfrom(self, n, flags=0):
        packet = self._receive(n, flags)
        host = ".".join([str(byte) for byte in packet[:4]])
        return packet[6:], (host, struct.unpack_from("<H", packet, 4)[0])

    def recv(self, n, flags=0):
        return self._receive(n, flags)[6:]

    def close(self):
        if self._n >= 0:
            n, self._n = self._n, -1
            try:
                link.call(link.UDP_CLOSE, n)
            finally:
                link.handlers.pop(n, None)

    def ioctl(self, request, arg):
        if request == _STREAM_POLL:
            return link.call(link.UDP_POLL, self._n)[0] & (arg | 0x38)
        if request == _STREAM_CLOSE:
            self.close()
            return 0
        return -_EINVAL  # no descriptor either: select must ask us

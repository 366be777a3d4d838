"""`socket` of the ESP8266: modlwip's methods over the TCP of tools/virtual_board/tcp/lwip.py.

connect() and getaddrinfo() are in outgoing.py, UDP is in udp.py. Left out: raw sockets.
Harsher than the chip: there is no way round non-blocking rules through the C stack's own waits.
Kinder: a socket with a callback and no other reference is kept alive here; the chip collects it.
"""

import time

import link
import outgoing
import stream
import udp
from micropython import const

AF_INET = 2
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3
SOL_SOCKET = 1
SO_BROADCAST, IPPROTO_IP, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP = 0x20, 0, 0x400, 0x401
SO_REUSEADDR = 4
IPPROTO_TCP = 6
TCP_NODELAY = 0x40
MSG_PEEK, MSG_DONTWAIT = 1, 2

_EBADF = const(9)
_EAGAIN = const(11)
_ENOMEM = const(12)
_EINVAL = const(22)
_ETIMEDOUT = const(110)
_EOPNOTSUPP = const(95)
_CALLBACK = const(20)
_HOW = (b"\0", b"\1", b"\2", b"\3")  # SOCK_RECV: MSG_PEEK, and 2 where it waits
_STREAM_POLL = const(3)
_STREAM_CLOSE = const(4)

# A finaliser may neither allocate nor call: it leaves its mark here, and the next call acts on it.
_collected = bytearray(128)


def _close_collected():
    n = _collected.find(b"\x01")
    while n >= 0:
        _collected[n] = 0
        link.call(link.SOCK_CLOSE, n)
        n = _collected.find(b"\x01")


class socket(stream.Stream):
    def __new__(cls, family=AF_INET, kind=SOCK_STREAM, proto=0, **kwargs):
        if not (isinstance(family, int) and isinstance(kind, int) and isinstance(proto, int)):
            raise TypeError("can't convert to int")
        return udp.socket() if kind == SOCK_DGRAM else super().__new__(cls)

    def __init__(self, family=AF_INET, kind=SOCK_STREAM, proto=0, *, _accepted=None):
        if kind != SOCK_STREAM:
            raise OSError(_EOPNOTSUPP)
        _close_collected()
        self._n = link.call(link.SOCK_OPEN)[0] if _accepted is None else _accepted
        self._timeout = None  # milliseconds; None waits for ever
        self._callback = None

    def __del__(self):
        if self._n >= 0:
            _collected[self._n] = 1

    def bind(self, address):
        outgoing.dotted(address[0])
        link.call(link.SOCK_BIND, self._n, address[1])

    def listen(self, backlog=2):
        link.call(link.SOCK_LISTEN, self._n, backlog)

    def setblocking(self, flag):
        self._timeout = None if flag else 0
        if self._n >= 0:
            link.call(link.SOCK_BLOCKING, self._n, bool(flag))  # matters to a WebREPL session

    def settimeout(self, seconds):
        self._timeout = None if seconds is None else int(seconds * 1000)

    def setsockopt(self, level, option, value):
        if option == _CALLBACK:
            self._callback = value
            link.handlers[self._n] = None if value is None else self._fire
            link.call(link.SOCK_EVENT, self._n, 0 if value is None else 1)
        else:
            link.call(link.SOCK_OPTION, self._n, option, b"\x01" if value else b"")

    def _fire(self):
        self._callback(self)

    def _retry(self, op, a, b, data, timeout):
        # The waits of modlwip.c: events are pumped until the call goes through or time is up.
        start = time.ticks_ms()
        while True:
            try:
                return link.call(op, a, b, data)
            except OSError as e:
                if e.errno != _EAGAIN or timeout == 0:
                    raise
            if timeout is not None and time.ticks_diff(time.ticks_ms(), start) >= timeout:
                raise OSError(_ETIMEDOUT)
            link.call(link.WAIT, 1)

    def connect(self, address):
        if self._n < 0:
            raise OSError(_EBADF)
        outgoing.connect(self, address)

    def accept(self):
        _close_collected()
        link.call(link.WAIT, 0)  # accept pumps events once even when it does not block
        n, peer = self._retry(link.SOCK_ACCEPT, self._n, 0, b"", self._timeout)
        accepted = socket(_accepted=n)
        accepted._timeout = self._timeout  # inherited, as lwip_socket_accept does
        host, port = peer.decode().rsplit(":", 1)
        return accepted, (host, int(port))

    def recv(self, n, flags=0):
        timeout = 0 if flags & MSG_DONTWAIT else self._timeout
        how = _HOW[flags & MSG_PEEK | (0 if timeout == 0 else 2)]
        return self._retry(link.SOCK_RECV, self._n, min(n, 2144), how, timeout)[1]

    def send(self, data):
        for _ in range(200):  # lwip_tcp_send: eight segments unacked is ERR_MEM, tried for 10 s
            try:
                return self._retry(link.SOCK_SEND, self._n, 0, data[:1072], self._timeout)[0]
            except OSError as e:
                if e.errno != _ENOMEM:
                    raise
            time.sleep_ms(50)
        raise OSError(_ENOMEM)

    def close(self):
        if self._n >= 0:
            n, self._n = self._n, -1
            try:
                link.call(link.SOCK_CLOSE, n)
            finally:
                # Events that came before are in the queue by now, and hold what they call.
                link.handlers.pop(n, None)

    def ioctl(self, request, arg):
        if request == _STREAM_POLL:
            return link.call(link.SOCK_POLL, self._n)[0] & (arg | 0x38)
        if request == _STREAM_CLOSE:
            self.close()
            return 0
        return -_EINVAL  # no descriptor either: select must ask us


getaddrinfo = outgoing.getaddrinfo

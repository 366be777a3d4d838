"""Runs on MicroPython's WebAssembly build: stands in for lwIP and its module `socket`."""

import io

_EAGAIN = 11
_STREAM_POLL, _POLLIN = 3, 1

callers = []  # that nobody has accepted yet
_listeners = []  # sockets that listen


class Caller:
    """A client's end of a connection: `asks` is what it has sent, `got` what came back."""

    asks = got = None


class socket(io.IOBase):
    """A listener, or the board's end of a connection with `caller`."""

    def __init__(self, caller=None):
        self._caller = caller

    def setsockopt(self, *_):
        pass

    def setblocking(self, _):
        pass

    def bind(self, where):
        self._http = where[1] == 80

    def listen(self, _):
        _listeners.append(self)

    def accept(self):
        if not callers:
            raise OSError(_EAGAIN)
        return socket(callers.pop()), ("192.168.4.20", 50000)

    def recv(self, n, *_):
        asks = self._caller.asks
        if not asks:
            raise OSError(_EAGAIN)
        self._caller.asks = asks[n:]
        return asks[:n]

    def readinto(self, buf, n=1536):
        asks = self._caller.asks
        if not asks:
            return None
        n = min(n, len(asks), len(buf))
        buf[:n] = memoryview(asks)[:n]
        self._caller.asks = memoryview(asks)[n:]
        return n

    def send(self, data):
        self._caller.got = data
        return len(data)

    def close(self):
        self._caller = Caller

    def ioctl(self, what, _):
        ready = self._http and callers if self in _listeners else self._caller.asks
        return _POLLIN if what == _STREAM_POLL and ready else 0


class Module:
    """`socket`"""

    AF_INET, SOCK_STREAM, SOL_SOCKET, SO_REUSEADDR = 2, 1, 1, 4
    socket = socket

    def getaddrinfo(*where):
        return [(2, 1, 0, "", where)]

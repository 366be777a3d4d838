"""The stream methods of a socket, over its recv() and send(), as in py/stream.c.

Harsher than the chip: a non-blocking sendall() may send a part of what does not fit.
"""

import io

from micropython import const

_EAGAIN = const(11)


class Stream(io.IOBase):
    def readinto(self, buf, n=-1):
        n = len(buf) if n < 0 else min(n, len(buf))
        got = 0
        while got < n:
            try:
                data = self.recv(n - got)
            except OSError as e:
                if e.errno == _EAGAIN:
                    return got or None
                raise
            if not data:
                break
            buf[got : got + len(data)] = data
            got += len(data)
        return got

    def read(self, n=-1):
        buf = bytearray(n if n >= 0 else 2144)
        got = self.readinto(buf)
        return None if got is None else bytes(buf[:got])

    def readline(self):
        line = b""
        while not line.endswith(b"\n"):
            try:
                c = self.recv(1)
            except OSError as e:
                if e.errno == _EAGAIN:
                    return line or None
                raise
            if not c:
                break
            line += c
        return line

    def write(self, data, *part):
        # write(data), write(data, n), write(data, offset, n), as in py/stream.c
        start = sent = part[0] if len(part) == 2 else 0
        end = min(start + part[-1], len(data)) if part else len(data)
        while sent < end:
            try:
                sent += self.send(memoryview(data)[sent:end])
            except OSError as e:
                if e.errno == _EAGAIN:
                    return sent - start or None
                raise
        return sent - start

    def sendall(self, data):
        self.write(data)

    def makefile(self, *args):
        return self

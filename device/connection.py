"""One client's connection: read, answered and ended, and never waited for.

What answers is a service, an object with
  port, patience_ms   its TCP port; how long a whole request may take to come
  rejected            a count of the clients that it lost or refused
  answer(data)        the response (bytes-like, at most 1071 long) to `data` (bytes-like), all that
                      has come so far on one connection, or None while that is no whole request
  error(number)       the response (bytes) for 408, too slow, and for 503, no room
  sent(connection, response)    is called when a response is on its way. The connection then waits
                      for the client to close it, unless this call closes or releases it

On a request's way, here and in pool.py, no function takes more than 11 words of locals and stack,
three of them for a `try`: for more, MicroPython takes each call's frame from the heap (objfun.c).
"""

import select
import time

from micropython import const

_BUFFER = const(512)
_SEND_BUFFER = const(1072)  # lwIP's TCP_SND_BUF
_LINGER_MS = const(50)  # of silence
_LINGER_READS = const(128)  # 64 KiB

poll = None  # where run() drives: its select.poll, for those who have yet to ask

_buffer = bytearray(_BUFFER)
_view = memoryview(_buffer)


class Connection:
    """A place for one client; free while `sock` is None."""

    def __init__(self):
        self.sock = self.peer = None
        self._watcher = None  # `poll`, where that knows the socket
        self.begin(None)

    def begin(self, service):
        """Be ready for a client of `service`, whose socket goes into `sock`."""
        self.service = service
        self.since = None  # ticks: when check() first saw it, or what it does since
        self.data = b""  # of a request that is not whole yet
        self.left = 0  # reads that are left to it once it is answered; 0 before that

    def serve(self):
        """Read what has come, and answer it once it is whole."""
        try:
            n = self.sock.readinto(_buffer)
            while n:
                self._take(n)
                if n < _BUFFER or not self.sock:
                    break
                n = self.sock.readinto(_buffer)
            if n == 0:
                self.close()
            elif poll and self.sock and not self.left:
                poll.register(self.sock, select.POLLIN)
                self._watcher = poll
        except Exception:
            self.drop()

    def _take(self, n):
        if self.left:
            self.left -= 1
            self.since = None
            if not self.left:
                self.close()
            return
        data = _view[:n]
        if self.data:
            data = self.data + data
        response = self.service.answer(data)
        if response is None:
            self.data = bytes(data)
        else:
            self._answer(response)

    def _answer(self, response):
        if self.sock.send(response) != len(response):
            raise OSError
        # The client is to close first: so TIME_WAIT is its own; and one that is still sending is
        # not cut off by an RST before it has read why it need not.
        self.left = _LINGER_READS
        self.since = None
        self.service.sent(self, response)

    def check(self, now):
        """End it, or answer that it is late, where it is overdue at `now` (ticks)."""
        if self.since is None:
            self.since = now
        patience = _LINGER_MS if self.left else self.service.patience_ms
        if 0 <= time.ticks_diff(now, self.since) < patience:
            return
        try:
            if self.left:
                self.close()
            else:
                self._answer(self.service.error(408))
        except Exception:
            self.drop()

    def readiness(self, now):
        """How ready it is to make room: most once answered, next while silent, then by age."""
        kind = 2 if self.left else 0 if self.data else 1
        age = 0 if self.since is None else time.ticks_diff(now, self.since)
        return (kind << 20) + min(age, 0xFFFFF)

    def make_room(self):
        """End it for another client's sake, so that lwIP has the PCB back, too."""
        if not self.left:
            self.service.rejected += 1
            choke(self.sock, self.service)
        self.close()

    def drop(self):
        """End it after an exception."""
        if not self.left:
            self.service.rejected += 1
        if self.sock:
            self.close()

    def close(self):
        """End it: with a FIN, or with an RST where the client has said more."""
        if self._watcher:
            self._watcher.unregister(self.sock)
            self._watcher = None
        sock = self.sock
        self.sock = None
        self.data = b""
        sock.close()

    def release(self):
        """Free the place; its socket (returned) is the caller's from now on."""
        sock = self.sock
        self.sock = None
        self.data = b""
        return sock


def choke(sock, service):
    """Make the next close() of a socket take effect at once, not after 5 s. Never raises.

    A full send buffer has no room for a FIN, so modlwip.c aborts (tcp_out.c: tcp_enqueue_flags).
    The client may still get the service's 503, with zeros behind it, before the RST.
    """
    try:
        words = service.error(503)
        fill = bytearray(_SEND_BUFFER)
        fill[: len(words)] = words
        sock.setblocking(False)
        sock.send(fill)
    except Exception:
        pass  # it is gone already, or there is no memory, and the plain close() has to do

"""TCP connections as lwIP and modlwip.c have them on the ESP8266, in memory: both ends of each."""

import errno

import pytest

POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL = 1, 4, 8, 16, 32
SO_REUSEADDR = 4
CALLBACK = 20
SEND_BUFFER = 1072


def stands_still():
    """The board waits for ever: a failure that no `except Exception` of its own can hide."""
    pytest.fail("the board would stand still")


class Client:
    """The other end, and the PCB of this end."""

    number = 40000

    def __init__(self, net, listener, data, fin):
        self.net = net
        Client.number += 1
        self.address = ("10.0.0.2", Client.number)
        self.received = b""  # what the board sent
        self.got_fin = self.got_rst = False
        self.refused = b""
        self.sock = None  # the board's, once accepted
        self.unacked = 0  # of the board's send buffer
        self.closed = False  # by the board
        self.port, self.reuse = listener.port, listener.reuse
        net.pcbs.append(self)
        if len(listener.waiting) >= listener.backlog:
            self.reset_by_board()
            return
        listener.waiting.append(self)
        net.event(listener)
        if data:
            self.send(data)
        if fin:
            self.fin()

    def send(self, data):
        if self.got_rst:
            raise OSError(errno.ECONNRESET)
        if self.closed:  # the TF_RXCLOSED branch of tcp_in.c
            self.reset_by_board()
        elif self.sock is None:
            self.refused += data
        else:
            self.sock.incoming += data
            self.net.event(self.sock)

    def offer(self):
        if self.sock and self.refused:
            data, self.refused = self.refused, b""
            self.send(data)

    def fin(self):
        if self.closed:
            self.gone()
        elif self.sock:
            self.sock.eof = True
            self.net.event(self.sock)
        # else it is lost: modlwip.c ignores it, and lwIP does not say it again

    def rst(self):
        """Reset the connection, of which no event tells."""
        self.gone()
        if self.sock:
            self.sock.error = errno.ECONNRESET
        for listener in self.net.listeners.values():
            if self in listener.waiting:
                listener.waiting.remove(self)

    def reset_by_board(self):
        self.got_rst = True
        self.gone()

    def gone(self):
        if self in self.net.pcbs:
            self.net.pcbs.remove(self)


class Socket:
    """The board's socket."""

    def __init__(self, net, client=None):
        self.net, self.client = net, client
        self.port = self.callback = None
        self.blocking = True
        self.waiting, self.backlog = [], 0
        self.incoming, self.eof, self.error = b"", False, 0
        self.closed = self.reuse = False

    def setsockopt(self, level, option, value):
        self.net.allocate("setsockopt")
        self._alive()
        if option == CALLBACK:
            if not self.net.option_20:
                raise TypeError("object with buffer protocol required")
            self.callback = value
        elif option == SO_REUSEADDR:
            if self.error:
                pytest.fail("the chip would crash: the PCB is gone")  # past any `except Exception`
            (self.client or self).reuse = bool(value)

    def bind(self, address):
        users = [*self.net.listeners.values(), *self.net.pcbs]
        if any(user.port == address[1] and not (user.reuse and self.reuse) for user in users):
            raise OSError(errno.EADDRINUSE)
        self.port = address[1]

    def listen(self, backlog):
        if self.port in self.net.listeners:
            raise OSError(errno.ENOMEM)
        self.backlog = backlog
        self.net.listeners[self.port] = self

    def setblocking(self, flag):
        self.blocking = flag  # closed or not

    def accept(self):
        if self.blocking:
            stands_still()
        if not self.waiting:
            raise OSError(errno.EAGAIN)
        client = self.waiting.pop(0)
        self.net.allocate("accept")  # the PCB is lost then
        client.sock = Socket(self.net, client)
        client.sock.blocking = False
        return client.sock, client.address

    def readinto(self, buffer):
        if self.blocking and not self.incoming:
            stands_still()
        self._alive()
        n = min(len(buffer), len(self.incoming))
        if n:
            buffer[:n] = self.incoming[:n]
            self.incoming = self.incoming[n:]
            return n
        self._tell()
        return 0 if self.eof else None

    def send(self, data):
        self._alive()
        self._tell(errno.EBADF)
        room = SEND_BUFFER - self.client.unacked
        if self.blocking and not room:
            stands_still()
        if not room:
            raise OSError(errno.EAGAIN)
        n = min(room, len(data))
        self.client.received += bytes(data[:n])
        if n == room:  # else the ACK comes before anybody looks
            self.client.unacked += n
        return n

    def close(self):
        if self.closed:
            return
        self.closed = True
        client = self.client
        if client is None:
            if self.net.listeners.get(self.port) is self:
                del self.net.listeners[self.port]
        elif not self.error:
            client.closed = True
            if self.incoming or client.refused or client.unacked >= SEND_BUFFER:
                client.reset_by_board()
            else:
                client.got_fin = True
                if self.eof:
                    client.gone()

    def _alive(self):
        if self.closed:
            raise OSError(errno.EBADF)

    def _tell(self, then=errno.ENOTCONN):
        if self.error:  # a reset, once; `then` from then on
            error = self.error
            if error == errno.ECONNRESET:
                self.error = then
            raise OSError(error)

    def ready(self, events):
        if self.closed or self.error == errno.EBADF:
            return POLLNVAL
        if self.port is not None:
            return POLLIN if self.waiting else 0
        flags = POLLIN if self.incoming or self.eof or self.error else 0
        if self.error != errno.ENOTCONN and self.client.unacked < SEND_BUFFER:
            flags |= POLLOUT
        if self.error:
            flags |= POLLHUP if self.error == errno.ENOTCONN else POLLHUP | POLLERR
        return flags & (events | POLLERR | POLLHUP)

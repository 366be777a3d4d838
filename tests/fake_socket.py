"""TCP as modlwip.c gives it on the ESP8266, in memory, with what a test needs to see.

Also what comes with it there: select.poll, the queue of four callbacks, and the clock.
"""

import errno
import importlib
import sys

SOL_SOCKET, SO_REUSEADDR = 1, 4
POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16
CALLBACK = 20
SEND_BUFFER = 1072
PCBS = 5
QUEUE = 4
PERIOD = 1 << 30  # of ticks_ms


class Net:
    """The chip's stack: stands in for the modules `socket`, `select`, `time` and `micropython`."""

    SOL_SOCKET, SO_REUSEADDR = SOL_SOCKET, SO_REUSEADDR
    POLLIN, POLLOUT = POLLIN, POLLOUT

    def __init__(self, now=PERIOD - 3000, option_20=True):
        self.now = now  # ms; soon to come round, as the chip's counter does
        self.option_20 = option_20
        self.pcbs = []  # the active ones
        self.listeners = {}  # by port
        self.queue = []  # callbacks that wait: (function, argument)
        self.lost = 0  # callbacks that found the queue full
        self.no_memory = set()  # names of calls that raise MemoryError

    # time, micropython

    @staticmethod
    def const(value):
        return value

    def ticks_ms(self):
        return self.now % PERIOD

    def ticks_diff(self, end, start):
        return (end - start + PERIOD // 2) % PERIOD - PERIOD // 2

    def schedule(self, function, argument):
        self.allocate("schedule")
        if len(self.queue) >= QUEUE:
            raise RuntimeError("schedule queue full")
        self.queue.append((function, argument))

    def event(self, sock):
        """Report an event of lwIP's to Python, where it wants that and the queue has room."""
        if sock.callback is None:
            return
        if len(self.queue) >= QUEUE:
            self.lost += 1
        else:
            self.queue.append((sock.callback, sock))

    def idle(self, ms=0):
        """Wait at the prompt for `ms`: callbacks run, one by one."""
        end = self.now + ms
        while True:
            for _ in range(len(self.queue)):
                function, argument = self.queue.pop(0)
                function(argument)
            if self.now >= end:
                return
            self.now += 5

    # socket, select

    def socket(self):
        return Socket(self)

    def getaddrinfo(self, host, port):
        return [(2, 1, 0, "", (host, port))]

    def poll(self):
        return Poll()

    # What a test does.

    def connect(self, port, data=b"", fin=False):
        """A client, who sends `data` at once; None where the SYN is dropped."""
        if len(self.pcbs) >= PCBS:
            return None
        return Client(self, self.listeners[port], data, fin)

    def offer_refused(self):
        """The fast timer: data that came before accept() is offered again."""
        for client in self.pcbs:
            client.offer()

    def allocate(self, name):
        if name in self.no_memory:
            raise MemoryError(name)


def plug_in(monkeypatch, net, **more):
    """Load device code afresh over `net` and more stand-ins: its modules, by name."""
    import device

    stand_ins = dict.fromkeys(("socket", "select", "time", "micropython"), net) | more
    names = ("connection", "pool", "server", "webrepl_door")
    for name in names:  # so that monkeypatch puts back what was there
        monkeypatch.setitem(sys.modules, "device." + name, None)
        monkeypatch.setattr(device, name, None, raising=False)
        del sys.modules["device." + name]
    names = names if more else names[:-1]  # the door needs stand-ins of its own
    for name in names:
        delattr(device, name)
    with monkeypatch.context() as during_import:
        for name, module in stand_ins.items():
            during_import.setitem(sys.modules, name, module)
        return {name: importlib.import_module("device." + name) for name in names}


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
            self.reuse = True

    def bind(self, address):
        if address[1] in self.net.listeners or not self.reuse:
            raise OSError(errno.EADDRINUSE)
        self.port = address[1]

    def listen(self, backlog):
        self.backlog = backlog
        self.net.listeners[self.port] = self

    def setblocking(self, flag):
        self._alive()
        self.blocking = flag

    def accept(self):
        assert not self.blocking, "the board would stand still"
        if not self.waiting:
            raise OSError(errno.EAGAIN)
        client = self.waiting.pop(0)
        self.net.allocate("accept")  # the PCB is lost then
        client.sock = Socket(self.net, client)
        client.sock.blocking = False
        return client.sock, client.address

    def readinto(self, buffer):
        assert not self.blocking, "the board would stand still"
        self._alive()
        n = min(len(buffer), len(self.incoming))
        if n:
            buffer[:n] = self.incoming[:n]
            self.incoming = self.incoming[n:]
            return n
        if self.error:
            self.error, error = errno.EBADF, self.error
            raise OSError(error)
        return 0 if self.eof else None

    def send(self, data):
        self._alive()
        if self.error:
            raise OSError(self.error)
        room = SEND_BUFFER - self.client.unacked
        assert room or not self.blocking, "the board would stand still"
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
            self.net.listeners.pop(self.port, None)
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

    def ready(self, events):
        if self.port is not None:
            return POLLIN if self.waiting else 0
        if self.closed:
            return 0x20
        flags = POLLIN if self.incoming or self.eof or self.error else 0
        if not self.error and self.client.unacked < SEND_BUFFER:
            flags |= POLLOUT
        return flags & events | (POLLERR | POLLHUP if self.error else 0)


class Poll:
    """select.poll"""

    def __init__(self):
        self.known = {}
        self.waits = []  # what ipoll() was asked to wait

    def register(self, sock, events):
        self.known[sock] = events

    def unregister(self, sock):
        self.known.pop(sock, None)

    def ipoll(self, timeout):
        self.waits.append(timeout)
        ready = [(s, s.ready(events)) for s, events in self.known.items()]
        return iter([item for item in ready if item[1]])

"""What serving takes on the ESP8266: sockets, poll, the queue of callbacks, the clock."""

import importlib
import sys

from fake_tcp import Client, Socket

PCBS = 5
QUEUE = 4
PERIOD = 1 << 30  # of ticks_ms


class Net:
    """The chip's stack: stands in for the modules `socket`, `select`, `time` and `micropython`."""

    SOL_SOCKET, SO_REUSEADDR = 1, 4
    POLLIN, POLLOUT = 1, 4

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

    def ticks_add(self, ticks, delta):
        return (ticks + delta) % PERIOD

    def sleep_ms(self, ms):
        self.now += ms
        for client in list(self.pcbs):
            if client.closed:
                client.gone()  # as lwIP does after 5 s

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
    names = ("connection", "server", "webrepl_server")
    for name in names:  # so that monkeypatch puts back what was there
        monkeypatch.setitem(sys.modules, "device." + name, None)
        monkeypatch.setattr(device, name, None, raising=False)
        del sys.modules["device." + name]
    names = names if more else names[:-1]  # WebREPL needs stand-ins of its own
    for name in names:
        delattr(device, name)
    with monkeypatch.context() as during_import:
        for name, module in stand_ins.items():
            during_import.setitem(sys.modules, name, module)
        return {name: importlib.import_module("device." + name) for name in names}


class Poll:
    """select.poll"""

    def __init__(self):
        self.known = {}

    def register(self, sock, events):
        assert isinstance(sock, Socket)  # else modselect.c may crash at the next poll
        self.known[sock] = events

    def unregister(self, sock):
        self.known.pop(sock, None)

    def ipoll(self, timeout):
        assert timeout == 0  # nothing waits
        ready = [(s, s.ready(events)) for s, events in self.known.items()]
        return iter([item for item in ready if item[1]])

"""The chip's stack, as in fake_socket.py, with connections that the board makes."""

import errno

from fake_socket import Net
from fake_tcp import POLLERR, POLLHUP, Socket

BROKER = ("10.0.0.9", 1883)  # who takes them


class Link(Socket):
    """The board's socket of an outgoing connection, and the PCB."""

    def __init__(self, net):
        super().__init__(net)
        self.connecting = self.refused_by_peer = False
        self.received, self.unacked, self.refused = b"", 0, b""
        self.sends, self.answered = [], 0
        self.got_fin = self.got_rst = False
        self.polled = 0

    def connect(self, address):
        self._alive()
        if self.blocking:
            raise AssertionError("the board would wait for the broker")
        if self.net.no_route:
            raise OSError(errno.EHOSTUNREACH, "")
        assert address == BROKER
        self.client = self
        self.connecting = True
        self.net.links.append(self)
        raise OSError(errno.EINPROGRESS, "")  # with a text, so that CPython sets its errno

    def ready(self, events):
        if self.port is not None:
            return super().ready(events)
        self.polled += 1
        if self.connecting:
            return 0
        if self.refused_by_peer:
            return events | POLLERR | POLLHUP
        return super().ready(events)

    def send(self, data):
        if self.connecting:
            raise OSError(errno.EAGAIN)
        sent = super().send(data)
        self.sends.append(bytes(data[:sent]))
        return sent

    def reset_by_board(self):
        self.got_rst = True

    def gone(self):
        self.connecting = False


class OutgoingNet(Net):
    """As Net, with connections that the board makes."""

    POLLERR, POLLHUP = POLLERR, POLLHUP

    def __init__(self):
        super().__init__()
        self.links = []
        self.no_route = False

    def socket(self):
        return Link(self)

"""device/mdns.py with a socket that a test plays, and a clock that it moves."""

import importlib
import sys
import time
import types

import machine
import network
import vfs
from mdns_cases import OTHER, RESPONSE, message, record

import device

GROUP = ("224.0.0.251", 5353)
PHONE = ("192.168.1.20", 5353)
START = (1 << 30) - 2000  # ms: soon the chip's counter begins anew
TAKEN = message(answers=[record(value=OTHER)], flags=RESPONSE)  # somebody else has the name


class Socket:
    """Takes what the board sends, and gives it what a test has put into `come`."""

    def __init__(self):
        self.sent, self.come, self.joins, self.full = [], [], 0, False

    def sendto(self, data, to):
        if self.full:
            raise OSError(12)
        self.sent.append((data, to))

    def recvfrom(self, size):
        if not self.come:
            raise OSError(11)
        data, peer = self.come.pop(0)
        return data[:size], peer

    def setsockopt(self, level, option, value):
        if option == 0x400:
            self.joins += 1
        if option == 0x401:
            raise OSError(22)

    def bind(self, address):
        assert address[1] == 5353

    def setblocking(self, flag):
        assert not flag


class Board:
    """A board in the network "home", which has the address 192.168.1.7."""

    def __init__(self, monkeypatch, hostname="Lamp"):
        machine.plug_in(monkeypatch)
        monkeypatch.setattr(vfs, "rom_ioctl", None, raising=False)
        network.at_home()
        machine.now = START
        network.WLAN(0).connect()
        machine.now += 1000
        server = types.SimpleNamespace(sources=[], jobs=[], sweep=lambda: None)
        monkeypatch.setitem(sys.modules, "device.server", server)
        monkeypatch.setattr(device, "server", server, raising=False)
        monkeypatch.delitem(sys.modules, "device.mdns", raising=False)
        from device import access, status

        access.start(hostname, "")
        monkeypatch.setattr(status, "more", [])
        self.access, self.status = access, status
        self.mdns = importlib.import_module("device.mdns")
        self.socket = Socket()
        monkeypatch.setattr(self.mdns.socket, "socket", lambda *_: self.socket)
        self.mdns.start(types.SimpleNamespace(HOSTNAME=hostname))
        assert (server.sources, server.jobs) == ([self.mdns.turn], [self.mdns.check])

    def wait(self, ms):
        """Pass the time; what the board sends meanwhile: [(ms from now, data, to)]."""
        end, start = machine.now + ms, machine.now
        sent = []
        while machine.now < end:
            wait = self.mdns.check(time.ticks_ms())
            sent += [(machine.now - start, *packet) for packet in self.socket.sent]
            self.socket.sent.clear()
            assert wait >= 1
            machine.now += min(wait, end - machine.now)
        return sent

    def own(self):
        """Wait until the name is the board's, and a second more."""
        self.wait(4000)
        assert self.name()

    def hear(self, data, peer=PHONE):
        """A message comes; what the board sends at once."""
        self.socket.come.append((data, peer))
        self.mdns.turn(False)
        sent, self.socket.sent = self.socket.sent, []
        return sent

    def name(self):
        """What GET /status says."""
        fields = {}
        (tell,) = self.status.more
        tell(fields)
        return fields["mdns"]


def kinds(sent):
    """(ms, whether it is a question) of what was sent to all."""
    assert all(to == GROUP for _, _, to in sent)
    return [(ms, data[2] < 0x80) for ms, data, _ in sent]

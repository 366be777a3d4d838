"""What is on the other side of the air: peers, which are UDP sockets of this PC, and groups.

Ports of the board are ports of 127.0.0.1: those given stay taken, any other gets a free one
while a socket is bound to it. Nothing leaves the loopback, and there is no real multicast. What
the board sends reaches a peer only if a test has introduced it (peer.py), or if it has sent
something before.

* A packet for port 5353 counts as sent to 224.0.0.251: it is lost where the board has not joined.
* The router answers DNS, for the hosts that the board was given (resolver.py).
* A multicast or a broadcast of the board goes to all peers that are told to it with that port.
* A peer that nobody has introduced is told as 192.168.1.9 with its own port; without WiFi, as the
  access point's first client.

Harsher than the chip: without a station, what goes neither to the access point's network nor to a
group has no route. Kinder: it takes no time, and only what has no peer, route or room is lost.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterable
from errno import EADDRINUSE, EINVAL
from os import strerror
from typing import Protocol

from ..tcp.hosts import Hosts
from . import resolver

HOST = "127.0.0.1"
GROUPS = {5353: "224.0.0.251"}  # port -> the group that its packets are sent to
Address = tuple[str, int]
_STRANGER = "192.168.1.9"
_STRANGERS = 64  # so many can be answered: those that sent last


class Wifi(Protocol):
    """What has to be known of WiFi."""

    router: str  # the address of the network's router

    def own_addresses(self) -> tuple[str, str]:
        """The station's and the access point's, each "" while it is down."""

    def client_addresses(self) -> Iterable[str]:
        """Those of the access point's clients."""


def is_multicast(address: str) -> bool:
    """Whether it is that of a group."""
    return 224 <= int(address.split(".")[0]) < 240


def _network(address: str) -> str:
    return address.rpartition(".")[0]


class Network:
    """`ports`: port of the board -> port on 127.0.0.1 that stands for it (0: any free one)."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        ports: dict[int, int],
        wifi: Callable[[], Wifi],
        hosts: Hosts,
    ) -> None:
        self._loop, self._wifi, self._hosts = loop, wifi, hosts
        self.groups: dict[tuple[str, str], int] = {}  # (group, own address) -> joined so often
        self._introduced: dict[int, Address] = {}  # port on 127.0.0.1 -> what the board is told
        self._strangers: dict[int, Address] = {}
        self._doors: dict[int, socket.socket] = {}
        self._kept = set(ports)
        try:
            for port, number in ports.items():
                self._open(port, number)
        except OSError:
            self.close_ports()
            raise

    # For tests: what the peers are, and where the board's ports are.

    def loopback_port(self, port: int) -> int:
        """The port on 127.0.0.1 that stands for one of the board's. KeyError: it has none."""
        return self._doors[port].getsockname()[1]

    def board_port(self, number: int) -> int:
        """The port of the board that a port on 127.0.0.1 stands for."""
        return next(p for p, door in self._doors.items() if door.getsockname()[1] == number)

    def introduce(self, number: int, address: Address) -> None:
        """From now on the board is told `address` for the peer at a port of 127.0.0.1."""
        self._introduced[number] = address

    def forget(self, number: int) -> None:
        """That peer has left the network."""
        self._introduced.pop(number, None)

    def receive(self, port: int, data: bytes, source: Address, group: str = "") -> None:
        """A packet from the air for a port of the board, or for a group."""
        way = self._way(source[0])
        if way and (not group or (group, way) in self.groups):
            self.arrived(port, data, source)

    def look(self) -> None:
        """Leave the groups of interfaces that have gone down."""
        up = self._wifi().own_addresses()
        self.groups = {key: n for key, n in self.groups.items() if key[1] in up}

    # For sockets.py

    def arrived(self, port: int, data: bytes, source: Address) -> None:
        """A packet for one of the sockets."""
        raise NotImplementedError

    def listen(self, port: int) -> None:
        """A socket is bound to this port."""
        if port not in self._doors:
            self._open(port, 0)

    def shut(self, port: int) -> None:
        """No socket is bound to it any more."""
        if port not in self._kept:
            self._close(port)

    def member(self, group: bytes, interface: bytes, join: bool) -> None:
        """igmp_joingroup() and igmp_leavegroup(): EINVAL where no interface does so."""
        name, at = socket.inet_ntoa(group), socket.inet_ntoa(interface)
        up = [own for own in self._wifi().own_addresses() if own and at in ("0.0.0.0", own)]
        keys = [(name, own) for own in up if join or (name, own) in self.groups]
        if not keys or not is_multicast(name) or name == "224.0.0.1":
            raise OSError(EINVAL, "no such interface or group")
        for key in keys:
            self.groups[key] = self.groups.get(key, 0) + (1 if join else -1)
            if not self.groups[key]:
                del self.groups[key]

    def is_broadcast(self, address: str) -> bool:
        """Whether it is that of everybody."""
        return address.endswith(".255") or address == "0.0.0.0"

    def route(self, address: str) -> bool:
        """ip_route(): whether an interface that is up leads there."""
        station, ap = self._wifi().own_addresses()
        everybody = is_multicast(address) or self.is_broadcast(address)
        return bool(station or (ap and (everybody or _network(ap) == _network(address))))

    def transmit(self, port: int, data: bytes, to: Address) -> None:
        """The board sends a packet from one of its ports."""
        if to == (self._wifi().router, resolver.PORT) and self._wifi().own_addresses()[0]:
            if answer := resolver.response(data, self._hosts):
                self._loop.call_later(answer[0], self.receive, port, answer[1], to)
        many = is_multicast(to[0]) or self.is_broadcast(to[0])
        for number, peer in {**self._strangers, **self._introduced}.items():
            if self._way(peer[0]) and (peer[1] == to[1] if many else peer == to):
                with contextlib.suppress(OSError):
                    self._doors[port].sendto(data, (HOST, number))

    def close_ports(self) -> None:
        """Let go of the loopback ports: the end of this object."""
        for port in list(self._doors):
            self._close(port)

    def _way(self, address: str) -> str:
        """The own address of the interface behind which a peer is; "": it is out of reach."""
        station, ap = self._wifi().own_addresses()
        if ap and _network(ap) == _network(address):
            return ap if address in self._wifi().client_addresses() else ""
        return station

    def _stranger(self) -> str:
        station, ap = self._wifi().own_addresses()
        clients = [] if station or not ap else list(self._wifi().client_addresses())
        return clients[0] if clients else _STRANGER

    def _open(self, port: int, number: int) -> None:
        door = self._doors[port] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        door.setblocking(False)
        try:
            door.bind((HOST, number))
        except OSError as e:
            why = "in use" if e.errno == EADDRINUSE else strerror(e.errno or 0)
            raise OSError(e.errno, f"port {number} on {HOST}: {why}") from None
        self._loop.add_reader(door, self._readable, port, door)

    def _close(self, port: int) -> None:
        door = self._doors.pop(port)
        self._loop.remove_reader(door)
        door.close()

    def _readable(self, port: int, door: socket.socket) -> None:
        with contextlib.suppress(OSError):  # none left; each call is about one
            data, (_, number) = door.recvfrom(65536)
            source = self._introduced.get(number)
            if not source:
                source = (self._stranger(), number)
                self._strangers.pop(number, None)
                self._strangers[number] = source
                if len(self._strangers) > _STRANGERS:
                    del self._strangers[next(iter(self._strangers))]
            self.receive(port, data, source, GROUPS.get(port, ""))

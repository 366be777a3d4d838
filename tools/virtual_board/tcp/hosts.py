"""The other hosts of the board's network, played by ports of 127.0.0.1.

Nothing else is reached: a port that a host does not have refuses, and an address that no host has
never answers, as in a home network. That holds for the board's own address too (lwIP is built
without a loopback interface).
"""

from collections.abc import Mapping

DNS_TIMEOUT = 7.0  # s, four requests of lwIP's after 1, 1, 2 and 3 s
HERE = "127.0.0.1"
Known = Mapping[str, tuple[str, Mapping[int, int]]]


class Hosts:
    """`known`: name -> (address, {port: the port of 127.0.0.1 that plays it}). `here` is this
    PC's address at which the board's own ports are.

    Tests change at any time: `known`, which addresses are `silent` to a SYN, how long an answer
    to a SYN and a lookup take, and how long a lookup that nobody answers takes.
    """

    def __init__(self, known: Known | None = None, here: str = HERE) -> None:
        self.known, self.here = dict(known or {}), here
        self.silent: set[str] = set()
        self.round_trip = 0.01  # s
        self.lookup_time = 0.02  # s
        self.dns_timeout = DNS_TIMEOUT
        self.dns_answers = True

    def answers(self, address: str) -> bool:
        """Whether a SYN to this address gets an answer."""
        return address not in self.silent and any(a == address for a, _ in self.known.values())

    def loopback_port(self, address: str, port: int) -> int | None:
        """The port of 127.0.0.1 that plays this one; None where the host refuses."""
        for host, ports in self.known.values():
            if host == address and port in ports:
                return ports[port]
        return None

    def lookup(self, name: str, link_up: bool) -> tuple[float, str]:
        """How many seconds a lookup takes, and the address that it finds; "" is a failure."""
        if not (link_up and self.dns_answers):
            return self.dns_timeout, ""
        return self.lookup_time, self.known.get(name, ("", {}))[0]

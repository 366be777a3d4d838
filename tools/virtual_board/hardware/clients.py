"""The access point's clients, and the addresses that the SDK's DHCP server gives them.

The server names the access point as gateway and name server (esp-open-lwip, dhcpserver.c).
Harsher than the chip: every change of the access point loses all clients, and so does the moment
at which the station joins, which takes the access point to another channel. An address that was
set is gone after a hard reset; whether the SDK keeps it is unknown.
"""

from collections.abc import Callable

MOST = 4  # the SDK's max_connection


class Clients:
    """`is_up()` says whether the access point is on."""

    def __init__(self, is_up: Callable[[], bool]) -> None:
        self._is_up = is_up
        self.power_up()

    def power_up(self) -> None:
        """A hard reset."""
        self.ifconfig = ["192.168.4.1", "255.255.255.0", "192.168.4.1", "192.168.4.1"]
        self.joined: dict[str, bytes] = {}  # address -> MAC

    @property
    def address(self) -> str:
        """The access point's own: the clients' gateway and name server; "" while it is off."""
        return self.ifconfig[0] if self._is_up() else ""

    def join(self, mac: bytes = b"") -> str:
        """A client joins, with the right password: its address. OSError where it cannot."""
        if not self._is_up() or len(self.joined) >= MOST:
            raise OSError("the access point is off, or full")
        network = self.ifconfig[0].rpartition(".")[0]
        free = (f"{network}.{n}" for n in range(2, 255))
        address = next(a for a in free if a not in self.joined and a != self.ifconfig[0])
        self.joined[address] = mac or bytes((6, 0, 0, 0, 0, int(address.rpartition(".")[2])))
        return address

    def leave(self, address: str) -> None:
        """A client goes."""
        del self.joined[address]

    def lose_all(self) -> None:
        """They are all disconnected."""
        self.joined.clear()

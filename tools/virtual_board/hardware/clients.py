"""The access point's clients, and the addresses that the SDK's DHCP server gives them.

The server names the access point as gateway and name server (esp-open-lwip, dhcpserver.c).
Harsher than the chip: every change of the access point loses all clients, and so does the moment
at which the station joins, which takes the access point to another channel. An address that was
set is gone after a hard reset; whether the SDK keeps it is unknown.
"""

from collections.abc import Callable

MOST = 4  # the SDK's max_connection


class Clients:
    """`own()` is the access point's address, their gateway and name server; "" while it is off."""

    def __init__(self, own: Callable[[], str]) -> None:
        self._own = own
        self.joined: dict[str, bytes] = {}  # address -> MAC

    def join(self, mac: bytes = b"") -> str:
        """A client joins, with the right password: its address. OSError where it cannot."""
        own = self._own()
        if not own or len(self.joined) >= MOST:
            raise OSError("the access point is off, or full")
        network = own.rpartition(".")[0]
        free = (f"{network}.{n}" for n in range(2, 255))
        address = next(a for a in free if a not in self.joined and a != own)
        self.joined[address] = mac or bytes((6, 0, 0, 0, 0, int(address.rpartition(".")[2])))
        return address

    def leave(self, address: str) -> None:
        """A client goes."""
        del self.joined[address]

    def lose_all(self) -> None:
        """They are all disconnected."""
        self.joined.clear()

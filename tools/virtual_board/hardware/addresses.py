"""The addresses of the WiFi interfaces, as the SDK keeps them; ifconfig() and ipconfig() of
ports/esp8266/network_wlan.c.

Harsher than the chip: a station that has an address of its own and no DHCP is still without one
until it has joined.
"""

from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

NONE = "0.0.0.0"
DEFAULT_DNS = "208.67.222.222"  # DNS_SERVER_ADDRESS in lwip/core/dns.c


class Refused(Exception):
    """The call raises in the VM: (name of the exception, its argument)."""


class Addresses:
    """`given`: address, mask and gateway from DHCP, or the access point's own; tests change it."""

    def __init__(self, *given: str) -> None:
        self.given = given
        self.static: tuple[str, ...] = ()

    def now(self, up: bool) -> list[str]:
        """Address, mask and gateway."""
        return [*((self.static or self.given) if up else (NONE, NONE, NONE))]

    def set(self, address: object, mask: object, gateway: object) -> None:
        """Use these and no DHCP."""
        self.static = (checked(address), _mask(mask), checked(gateway))

    def get(self, key: str, up: bool) -> object:
        """One value, as ipconfig() reads it."""
        address, mask, gateway = self.now(up)
        values = {"addr4": [address, mask], "gw4": gateway, "dhcp4": not self.static}
        if key not in values:
            raise Refused("ValueError", "unexpected key")
        return values[key]

    def configure(self, key: str, value: object) -> None:
        """One value, as ipconfig() sets it."""
        address, mask, gateway = self.static or self.given
        if key == "dhcp4":
            self.static = () if value else (address, mask, gateway)
        elif key == "gw4":
            self.set(address, mask, value)
        elif key == "addr4" and isinstance(value, str):
            address, _, bits = value.partition("/")
            self.set(address, int(bits) if bits else mask, gateway)
        elif key == "addr4" and isinstance(value, list) and len(value) == 2:
            self.set(value[0], value[1], gateway)
        else:
            raise Refused("ValueError", "unexpected key")


def checked(address: object) -> str:
    """netutils_parse_ipv4_addr(): four numbers."""
    try:
        return str(IPv4Address(address)) if isinstance(address, str) and address else NONE
    except AddressValueError:
        raise Refused("ValueError", "invalid arguments") from None


def _mask(mask: object) -> str:
    """A mask, or how many bits it has."""
    try:
        return str(IPv4Network(f"0.0.0.0/{mask}").netmask)
    except (NetmaskValueError, ValueError):
        return checked(mask)


class Interfaces:
    """The station's addresses (0) and the access point's (1), and the one DNS server."""

    def __init__(self) -> None:
        self.ip = (
            Addresses("192.168.1.42", "255.255.255.0", "192.168.1.1"),
            Addresses("192.168.4.1", "255.255.255.0", "192.168.4.1"),
        )
        self.dns = DEFAULT_DNS

    @property
    def address(self) -> str:
        """What the station has in its network while it has joined."""
        return self.ip[0].now(True)[0]

    @address.setter
    def address(self, address: str) -> None:
        self.ip[0].given = (address, *self.ip[0].given[1:])

    @property
    def router(self) -> str:
        """The gateway of the station's network."""
        return self.ip[0].given[2]

    def joined(self) -> None:
        """DHCP gives the DNS server too: in a home it is the router."""
        if not self.ip[0].static:
            self.dns = self.router

    # What the VM may call, by name: tools/virtual_board/firmware/network.py.

    def ifconfig(self, interface: int, *what: object) -> list | None:
        ip = self.ip[interface]
        if not what:
            return [*ip.now(self._has_address(interface)), self.dns]
        if what == ("dhcp",):
            if interface:
                raise Refused("OSError", "STA required")
            ip.static = ()
        elif len(what) == 1 and isinstance(what[0], list) and len(what[0]) == 4:
            ip.set(*what[0][:3])
            self.dns = checked(what[0][3])
        else:
            raise Refused("TypeError", "requested length 4")
        return None

    def ipconfig(self, interface: int, key: str, *value: object) -> object:
        if not value:
            return self.ip[interface].get(key, self._has_address(interface))
        if interface and key == "dhcp4":
            raise Refused("ValueError", "unexpected key")
        return self.ip[interface].configure(key, value[0])

    def _has_address(self, interface: int) -> bool:
        raise NotImplementedError

    def dns_server(self, *server: str) -> str:
        if server:
            self.dns = checked(server[0])
        return self.dns

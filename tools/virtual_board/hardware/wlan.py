"""The WiFi: a station and an access point (clients.py) with the SDK's memory; the air is air.py.

From ports/esp8266/network_wlan.c: connect() with arguments stores them in the SDK's flash area and
returns at once; stored credentials connect by themselves at power-up and after a drop; the station
reports IDLE, CONNECTING, WRONG_PASSWORD, NO_AP_FOUND or GOT_IP. A new chip has no credentials and
its access point up, open to whoever knows the documented password. Harsher than the chip: what the
SDK stored does not outlive the process, so every `make run` starts from a new chip; and connect()
leaves a station where it has joined, which the SDK's reference only says to disconnect first.
scan() fails while the station is joining.
"""

from .addresses import Interfaces, Refused
from .air import CONNECTING, GOT_IP, IDLE, NO_AP_FOUND, WRONG_PASSWORD, Air
from .clients import Clients
from .clock import Clock

_JOIN_MS = 300  # a quick access point with DHCP
_FAIL_MS = {NO_AP_FOUND: 2000, WRONG_PASSWORD: 2500}  # all channels; a handshake tried again
_STA_READ = {"ssid", "essid", "channel", "hostname", "dhcp_hostname", "mac", "protocol", "pm"}
_AP_ONLY = {"ssid", "essid", "hidden", "security", "authmode", "key", "password", "channel"}
_ANY = {"mac", "hostname", "dhcp_hostname", "protocol", "txpower", "pm"}


class Wlan(Interfaces):
    """Both interfaces."""

    def __init__(self, clock: Clock, air: Air) -> None:
        super().__init__()
        self._clock, self.air = clock, air
        self.stored = ("", "")  # ssid, key: in the SDK's flash area
        self.flash_writes = 0
        self.station_on, self.ap_on = False, True  # a new chip: SoftAP only
        self.ap = {"ssid": "MicroPython-c0002a", "key": "micropythoN", "security": 4}
        self.clients = Clients(lambda: self.own_addresses()[1])
        self.dhcp_name = ""
        self.power_up()

    def power_up(self) -> None:
        """A hard reset: the firmware's variables are new, and the SDK joins the stored network."""
        self._hostname, self._country = "mpy-esp8266", "XX"
        self._up = self._failed = False
        self.clients.lose_all()
        for ip in self.ip:
            ip.static = ()
        self._since: int | None = None
        if self.station_on and self.stored[0]:
            self._join()

    def _join(self) -> None:
        self._since, self._failed = self._clock.ms(), False
        self._joining = self.stored

    def state(self) -> int:
        """The station's status now."""
        if not self.station_on or self._since is None:
            self._up = False
            return IDLE
        answer = self.air.answer(*self._joining)
        if answer == GOT_IP and self._failed:
            self._join()  # the network has come back
        if self._clock.ms() - self._since < _FAIL_MS.get(answer, _JOIN_MS):
            self._up = False
            return CONNECTING
        if answer != GOT_IP and self._up:
            self._join()  # dropped: the SDK tries again, for ever
        if answer == GOT_IP and not self._up:
            self.joined()
            self.clients.lose_all()
        self._up, self._failed = answer == GOT_IP, answer != GOT_IP
        return answer

    def own_addresses(self) -> tuple[str, str]:
        """The station's and the access point's, each "" while it is down."""
        station = self.address if self.state() == GOT_IP else ""
        return station, self.ip[1].now(True)[0] if self.ap_on else ""

    def client_addresses(self) -> list[str]:
        """Those of the access point's clients."""
        return list(self.clients.joined)

    # What the VM may call, by name: tools/virtual_board/firmware/network.py.

    def active(self, interface: int, *on: bool) -> bool:
        if on:
            self.flash_writes += 1
            if interface:
                self.ap_on = on[0]
                self.clients.lose_all()
            elif on[0] != self.station_on:
                self.station_on = on[0]
                self._since = None
                if on[0] and self.stored[0]:
                    self._join()
        self.state()
        return self.ap_on if interface else self.station_on

    def connect(self, *credentials: str) -> None:
        if credentials:
            ssid, key = (*credentials, "")[:2]
            self.stored = (ssid[:32], (key or "")[:64])
            self.flash_writes += 1
        if self.station_on and self.state() != GOT_IP:
            self.dhcp_name = self._hostname
            self._join()
            self.state()

    def disconnect(self) -> None:
        self._since = None
        self.state()

    def _has_address(self, interface: int) -> bool:
        return self.ap_on if interface else self.state() == GOT_IP

    def isconnected(self, interface: int) -> bool:
        return bool(self.clients.joined) if interface else self.state() == GOT_IP

    def status(self, interface: int, *what: str) -> object:
        if what == ("rssi",) and not interface:
            return -52 if self.state() == GOT_IP else 31
        if what == ("stations",) and interface:
            return [[list(mac), address] for address, mac in self.clients.joined.items()]
        if what:
            raise Refused("ValueError", "unknown status param")
        return -1 if interface else self.state()

    def scan(self) -> list[int]:
        if not self.station_on:
            raise Refused("OSError", "STA must be active")
        if self.state() == CONNECTING:
            raise Refused("OSError", "scan failed")
        self._found = self.air.scan()
        return [self.air.scan_ms, len(self._found)]

    def scan_result(self, index: int) -> list:
        ssid, bssid, *rest = self._found[index]
        return [list(ssid), list(bssid), *rest]

    def config_get(self, interface: int, key: str) -> object:
        if interface and key in ("ssid", "essid", "security", "authmode"):
            return self.ap["ssid" if key.endswith("ssid") else "security"]
        if key not in _STA_READ:
            raise Refused("ValueError", "unknown config param")
        if key in ("ssid", "essid"):
            return self.stored[0]
        if key.endswith("hostname"):
            return self._hostname
        return {"mac": [0x5C, 0xCF, 0x7F, 0xC0, 0, 0x2A], "channel": 6, "protocol": 3, "pm": 1}[
            key
        ]

    def config_set(self, interface: int, values: dict) -> None:
        for key, value in values.items():
            if key in _AP_ONLY and not interface:
                raise Refused("OSError", "AP required")
            if key not in _AP_ONLY | _ANY:
                raise Refused("ValueError", "unknown config param")
            if key in ("key", "password") and 0 < len(value) < 8:
                raise Refused("OSError", "can't set AP config")
            name = {"essid": "ssid", "password": "key", "authmode": "security"}.get(key, key)
            self.ap[name] = value
            if name in _AP_ONLY:
                self.clients.lose_all()
        self.flash_writes += 1

    def ifconfig(self, interface: int, *what: object) -> list | None:
        if interface and what:
            self.clients.lose_all()
        return super().ifconfig(interface, *what)

    def country(self, *code: str) -> str:
        if code:
            self._country = code[0]
        return self._country

    def hostname(self, *name: str) -> str:
        if name:
            if len(name[0]) > 32:
                raise Refused("ValueError", "")
            self._hostname = name[0]
        return self._hostname

"""The networks around the board, as a test sets them, and what the station reports of them."""

IDLE, CONNECTING, WRONG_PASSWORD, NO_AP_FOUND, CONNECT_FAIL, GOT_IP = range(6)
_OPEN, _WPA2 = 0, 3
# ssid, bssid, channel, RSSI, security, hidden
Found = tuple[bytes, bytes, int, int, int, int]


class Air:
    """The networks in reach: ssid -> password. None: any network is there, with any password.

    `nearby` is what a scan finds, as the chip tells it; None: `networks`, with made-up details.
    `scan_ms` is how long a scan stops everything on the board.
    """

    def __init__(
        self,
        networks: dict[str, str] | None = None,
        nearby: list[Found] | None = None,
        scan_ms: int = 2000,
    ) -> None:
        self.networks, self.nearby, self.scan_ms = networks, nearby, scan_ms

    def answer(self, ssid: str, key: str) -> int:
        """What joining gives: GOT_IP, WRONG_PASSWORD or NO_AP_FOUND."""
        if self.networks is None:
            return GOT_IP if ssid else NO_AP_FOUND
        if ssid not in self.networks:
            return NO_AP_FOUND
        return GOT_IP if self.networks[ssid] == key else WRONG_PASSWORD

    def scan(self) -> list[Found]:
        """What a scan finds now."""
        if self.nearby is not None:
            return list(self.nearby)
        return [
            (ssid.encode(), bytes((2, 0, 0, 0, 0, n)), 6, -52, _WPA2 if key else _OPEN, 0)
            for n, (ssid, key) in enumerate((self.networks or {}).items())
        ]

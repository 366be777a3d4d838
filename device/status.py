"""What GET /status tells. No secrets: whoever reaches the page may read it."""

import gc
import sys
import time

import machine
import network
from micropython import const

from device import retained

_PERIOD = const(1 << 30)  # of the counter behind ticks_ms, on this chip
# Positions are the SDK's numbers (struct rst_info).
_CAUSES = "power-on,watchdog,exception,watchdog,software,deep sleep,reset pin"


class Status:
    """The state of the board; `version` is that of the files on it.

    `server`, set once there is one, has the counts `requests` and `rejected`.
    """

    def __init__(self, version):
        self.server = None
        self._version = version
        self._ticks = time.ticks_ms()
        self._ms = 0
        self._seconds = 0

    def tick(self):
        """Count the time since the last tick. The counter comes round in 12 days: without a tick
        for so long, these are missing. Every answer gives one.
        """
        now = time.ticks_ms()
        ms = self._ms + time.ticks_diff(now, self._ticks)
        if ms < 0:
            ms += _PERIOD  # more than half way round
        self._ticks = now
        self._ms = ms % 1000
        self._seconds += ms // 1000

    def read(self):
        """The fields of GET /status; rssi (dBm) and ip are None without a connection."""
        self.tick()
        sta = network.WLAN(network.WLAN.IF_STA)
        return {
            "version": self._version,
            "firmware": sys.version.split("; ")[-1],
            "uptime_s": self._seconds,
            "mem_free": gc.mem_free(),
            "rssi": sta.status("rssi") if sta.isconnected() else None,
            "ip": address(),
            "hostname": network.hostname(),
            "reset_cause": _CAUSES.split(",")[machine.reset_cause()],
            "safe_mode": False,  # it would not be served
            "requests": self.server.requests,
            "rejected": self.server.rejected,
            "last_error": retained.last_error(),
        }


def address():
    """Where the board can be reached: in the network, or at its own access point, or None."""
    for kind in (network.WLAN.IF_STA, network.WLAN.IF_AP):
        interface = network.WLAN(kind)
        if interface.isconnected() or kind and interface.active():
            return interface.ifconfig()[0]

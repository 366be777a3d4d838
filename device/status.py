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
_CAUSES = const("power-on,watchdog,exception,watchdog,software,deep sleep,reset pin")

_ticks = None  # of the last tick
_ms = _seconds = 0


def tick():
    """Count the time since the last tick, from the first one on. The counter comes round in 12
    days: without a tick for so long, these are missing. Every answer gives one.
    """
    global _ticks, _ms, _seconds
    now = time.ticks_ms()
    if _ticks is not None:
        _ms += time.ticks_diff(now, _ticks)
        if _ms < 0:
            _ms += _PERIOD  # more than half way round
        _seconds += _ms // 1000
        _ms %= 1000
    _ticks = now


def read(version, requests, rejected):
    """The fields of GET /status; rssi (dBm) and ip are None without a connection."""
    tick()
    sta = network.WLAN(network.WLAN.IF_STA)
    return {
        "version": version,
        "firmware": sys.version.split("; ")[-1],
        "uptime_s": _seconds,
        "mem_free": gc.mem_free(),
        "rssi": sta.status("rssi") if sta.isconnected() else None,
        "ip": address(),
        "hostname": network.hostname(),
        "reset_cause": _CAUSES.split(",")[machine.reset_cause()],
        "safe_mode": False,  # it would not be served
        "requests": requests,
        "rejected": rejected,
        "last_error": retained.last_error(),
    }


def address():
    """Where the board can be reached: in the network, or at its own access point, or None."""
    for kind in (network.WLAN.IF_STA, network.WLAN.IF_AP):
        interface = network.WLAN(kind)
        if interface.isconnected() or kind and interface.active():
            return interface.ifconfig()[0]

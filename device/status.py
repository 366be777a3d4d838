"""What GET /status tells. No secrets: whoever reaches the page may read it."""

import gc
import sys
import time

import machine
import network
from micropython import const

from device import rtc_state

_UP_MS = const(60000)
_PERIOD = const(1 << 30)  # of the counter behind ticks_ms, on this chip
# Positions are the SDK's numbers (struct rst_info).
_CAUSES = const("power-on,watchdog,exception,watchdog,software,deep sleep,reset pin")

# Functions that optional modules add: each is called with the fields (dict) and adds its own.
more = []

started = last = 0  # ticks; switch.py sets both
_rounds = 0  # that the counter has made since


def tick(now):
    """Notice at `now` (ticks) where the counter begins anew, for which once in 12 days is enough,
    and where the board has been up for a minute: resets until then are forgiven. A job.
    """
    global last, _rounds
    if now < last:
        _rounds += 1
    last = now
    if not rtc_state.settled:
        if now < _UP_MS:  # it begins at 0 with every hard reset
            return _UP_MS - now
        rtc_state.settle()


def read(version, requests, rejected):
    """The fields of GET /status; rssi (dBm) and ip are None without a connection."""
    tick(time.ticks_ms())
    sta = network.WLAN(network.WLAN.IF_STA)
    fields = {
        "version": version,
        "firmware": sys.version.split("; ")[-1],
        "uptime_s": (_rounds * _PERIOD + last - started) // 1000,
        "mem_free": gc.mem_free(),
        "rssi": sta.status("rssi") if sta.isconnected() else None,
        "ip": address(),
        "hostname": network.hostname(),
        "reset_cause": _CAUSES.split(",")[machine.reset_cause()],
        "safe_mode": False,  # it would not be served
        "requests": requests,
        "rejected": rejected,
        "last_error": rtc_state.last_error(),
    }
    for add in more:
        add(fields)
    return fields


def address():
    """Where the board can be reached: in the network, or at its own access point, or None."""
    for kind in (network.WLAN.IF_STA, network.WLAN.IF_AP):
        interface = network.WLAN(kind)
        if interface.isconnected() or kind and interface.active():
            return interface.ifconfig()[0]

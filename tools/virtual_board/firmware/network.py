"""`network` of the ESP8266: WLAN over the chip's WiFi (tools/virtual_board/hardware/wlan.py)."""

import json

import link
from utime import sleep_ms

STAT_IDLE = 0
STAT_CONNECTING = 1
STAT_WRONG_PASSWORD = 2
STAT_NO_AP_FOUND = 3
STAT_CONNECT_FAIL = 4
STAT_GOT_IP = 5
AUTH_OPEN = 0
AUTH_WEP = 1
AUTH_WPA_PSK = 2
AUTH_WPA2_PSK = 3
AUTH_WPA_WPA2_PSK = 4
STA_IF = 0
AP_IF = 1


def _ask(*what):
    kind, value = json.loads(link.call(link.WLAN, 0, 0, json.dumps(what).encode())[1])
    if kind == "ValueError":
        raise ValueError(value)
    if kind == "OSError":
        raise OSError(value)
    if kind == "TypeError":
        raise TypeError(value)
    return value


class WLAN:
    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __init__(self, interface=0):
        if interface not in (0, 1):
            raise ValueError("no such interface")
        self._if = interface

    def active(self, *on):
        return _ask("active", self._if, *[bool(x) for x in on])

    def connect(self, *args, bssid=None):
        if self._if:
            raise OSError("STA required")
        _ask("connect", *args)

    def disconnect(self):
        _ask("disconnect")

    def isconnected(self):
        return _ask("isconnected", self._if)

    def status(self, *what):
        value = _ask("status", self._if, *what)
        if isinstance(value, list):
            return [(bytes(mac), address) for mac, address in value]
        return value

    def scan(self):
        if self._if:
            raise OSError("STA required")
        ms, count = _ask("scan")
        sleep_ms(ms)  # of the PC: esp_scan() runs no callback meanwhile
        found = []
        for i in range(count):
            ssid, bssid, *rest = _ask("scan_result", i)
            found.append((bytes(ssid), bytes(bssid)) + tuple(rest))
        return found

    def config(self, *what, **values):
        if what:
            value = _ask("config_get", self._if, what[0])
            return bytes(value) if what[0] == "mac" else value
        _ask("config_set", self._if, values)

    def ifconfig(self, *what):
        value = _ask("ifconfig", self._if, *what)
        return value and tuple(value)

    def ipconfig(self, *what, **values):
        if values:
            for key in values:
                _ask("ipconfig", self._if, key, values[key])
            return None
        value = _ask("ipconfig", self._if, *what)
        return tuple(value) if isinstance(value, list) else value


def ipconfig(*what, **values):
    if what != ("dns",) and set(values) != {"dns"}:
        raise ValueError("unexpected key")
    server = _ask("dns_server", *values.values())
    return None if values else server


def hostname(*name):
    return _ask("hostname", *name)


def country(*code):
    return _ask("country", *code)


def phy_mode(mode=3):
    return mode

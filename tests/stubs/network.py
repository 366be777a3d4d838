"""A stand-in for `network`: a station and an access point, and the networks in reach."""

import time

STA_IF, AP_IF = 0, 1
(
    STAT_IDLE,
    STAT_CONNECTING,
    STAT_WRONG_PASSWORD,
    STAT_NO_AP_FOUND,
    STAT_CONNECT_FAIL,
    STAT_GOT_IP,
) = range(6)
AUTH_OPEN, AUTH_WEP, AUTH_WPA_PSK, AUTH_WPA2_PSK, AUTH_WPA_WPA2_PSK = range(5)

air = {}  # the networks in reach: ssid -> password
join_ms = 1000  # from connect() to an answer
stored = ["", ""]  # ssid and password in the SDK's flash area
active = [False, True]  # station, access point; as on a chip fresh from the factory
point = {"ssid": "MicroPython-c0ffee", "key": "micropythoN", "security": AUTH_WPA_WPA2_PSK}
calls = []  # (name, arguments...) of what changes something, in order
broken = set()  # names of methods that raise OSError
refuses_while_off = False  # the access point takes its settings only while it is up
deaf = False  # the access point drops its settings without a word
station = {}  # "since": when it began to try, "joining": what, "name": what it tells DHCP
names = {}  # "hostname", "country"
signal = {}  # ssid -> dBm, for scan(); -60 where it is missing
ap_address = ["192.168.4.1"]


class WLAN:
    IF_STA, IF_AP = 0, 1

    def __init__(self, interface):
        self._if = interface

    def active(self, *on):
        _may_break("active")
        if on:
            calls.append(("active", self._if) + on)
            active[self._if] = on[0]
            if not self._if:
                station["since"] = None
                if on[0]:
                    _join()
        return active[self._if]

    def connect(self, *credentials):
        _may_break("connect")
        calls.append(("connect",) + credentials)
        joined = self.status() == STAT_GOT_IP
        if credentials:
            stored[:] = credentials
        if not joined:  # else it stays there: the SDK wants it disconnected first
            _join()
            station["name"] = names["hostname"]

    def disconnect(self):
        _may_break("disconnect")
        calls.append(("disconnect",))
        station["since"] = None

    def status(self, what=None):
        _may_break("status")
        if what == "rssi":
            return -52
        since, (ssid, password) = station["since"], station["joining"]
        if since is None or not active[0] or not ssid:
            return STAT_IDLE
        if time.ticks_diff(time.ticks_ms(), since) < join_ms:
            return STAT_CONNECTING
        if ssid not in air:
            return STAT_NO_AP_FOUND
        return STAT_GOT_IP if air[ssid] == password else STAT_WRONG_PASSWORD

    def isconnected(self):
        _may_break("isconnected")
        return self._if == 0 and self.status() == STAT_GOT_IP

    def config(self, *what, **settings):
        _may_break("config")
        if what:
            return point[what[0]] if self._if else sdk_reads(stored)
        if refuses_while_off and not active[1]:
            raise OSError("can't set AP config")
        calls.append(("config", settings))
        if self._if and not deaf:
            point.update(settings)

    def scan(self):
        _may_break("scan")
        if not active[0]:
            raise OSError("STA must be active")
        # On the chip it waits for ever where the SDK is searching or the access point is up.
        assert station["since"] is None, "scan() while the station searches"
        calls.append(("scan",))
        return [(n.encode(), b"6bytes", 6, signal.get(n, -60), 3, False) for n in air]

    def ifconfig(self, *settings):
        _may_break("ifconfig")
        if settings:
            calls.append(("ifconfig", self._if) + settings)
            ap_address[0] = settings[0][0]
        return (
            ap_address[0] if self._if else "192.168.1.7",
            "255.255.255.0",
            "0.0.0.0",
            "0.0.0.0",
        )


def _join():
    station.update(since=time.ticks_ms(), joining=tuple(stored))


def sdk_reads(credentials):
    """What config("ssid") gives: 32 bytes have no end, so the password is read with them."""
    ssid, password = credentials
    return ssid + password if len(ssid.encode()) == 32 else ssid


def hostname(*name):
    _may_break("hostname")
    if name:
        names["hostname"] = name[0]
    return names["hostname"]


def country(*code):
    _may_break("country")
    if code:
        names["country"] = code[0]
    return names["country"]


def _may_break(name):
    if name in broken:
        raise OSError(5)


# What a test does to the board.


def reset():
    """Reset the board: the SDK joins the network that it has stored."""
    names.update(hostname="mpy-esp8266", country="XX")
    _join()
    station["name"] = None
    if not active[0] or not stored[0]:
        station["since"] = None
    calls.clear()


def at_home():
    """Take a chip that joined the network "home" at its boot, as it has before."""
    new_chip()
    air["home"] = "correct horse"
    stored[:] = ["home", "correct horse"]
    active[:] = [True, False]
    reset()


def new_chip():
    """Take a chip fresh from the factory, with nothing in reach."""
    global join_ms, refuses_while_off, deaf
    air.clear()
    signal.clear()
    ap_address[0] = "192.168.4.1"
    broken.clear()
    stored[:] = ["", ""]
    active[:] = [False, True]
    point.update(ssid="MicroPython-c0ffee", key="micropythoN", security=AUTH_WPA_WPA2_PSK)
    join_ms, refuses_while_off, deaf = 1000, False, False
    reset()

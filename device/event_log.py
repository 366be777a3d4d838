"""GET /log: the last 24 events, newest first, in RTC memory: they outlive crashes and deploys.

An event has 8 bytes there, behind what rtc_state.py keeps: seconds since that boot (4, the lowest
first), what it was, and 3 bytes of detail. Behind the events is the version that ran last.
"""

import binascii
import sys
import time

import machine
import network
from micropython import const

from device import api, http, led, rtc_state, server, status

_LOOK_MS = const(10000)
_POWER_CAME = const(9)  # in RTC memory, see rtc_state.py
_NEXT = const(14)  # in RTC memory: where the next event goes
_EVENTS = const(128)
_COUNT = const(24)
_VERSION = const(320)
_END = const(324)
# What it was: a line's number. The detail is a boot's cause and light, a deploy's version, which
# module switched the light, or the number that mqtt.py tells.
_WHAT = const("\n\noff\non\nboot\nwifi lost\nwifi back\ndeploy\nbroker \n")
_OFF = const(1)
_BOOT = const(3)
_WIFI = const(4)
_DEPLOY = const(6)
_BROKER = const(7)
_WHY = const("connected,name not found,no answer,login failed,connection lost,no subscription,,")
_BY = ("prompt", "web", "button", "MQTT", "timer")
_MODULES = ("", "api", "button", "", "auto_off")
# By the SDK's numbers, as in status.py.
_CAUSES = const("power-on,watchdog,exception,watchdog,software,deep sleep,reset pin,soft reset")

_by = 0
_joined = True
_seconds = 0  # since this boot
_ms = 0  # of the next second
_last = 0  # ticks: when these were right
_set_light = rtc_state.set_light
_mqtt = _tell = None  # mqtt.py and its function


class _Led:
    """led.py as one module sees it, so that what it switches can be told to be its doing."""

    def __init__(self, by):
        self._by = by
        self.signal = led.signal

    def set(self, on):
        global _by
        _by = self._by
        try:
            led.set(on)
        finally:
            _by = 0

    def toggle(self):
        self.set(not led.signal.value())


def start(settings):
    """Note this boot, and each event from now on."""
    global _last, _mqtt, _tell
    kept = rtc_state._bytes
    if len(kept) < _END:
        kept.extend(bytes(_END - len(kept)))
    _last = time.ticks_ms()
    pages = api.pages
    version = binascii.unhexlify(pages.VERSION[-8:]) if pages else bytes(4)
    before = bytes(kept[_VERSION:_END])
    if version != before:
        for i in range(4):
            kept[_VERSION + i] = version[i]
    cause = machine.reset_cause()
    # The cause stays as it was at a soft reset; behind a power-on that can be told.
    _note(_BOOT, cause or 7 * (not kept[_POWER_CAME]), led.signal.value(), 0)
    if version != before and max(before):
        _note(_DEPLOY, version[0], version[1], version[2])
    rtc_state.set_light = _changed
    for by in range(1, len(_MODULES)):
        module = sys.modules.get("device." + _MODULES[by])
        if module:
            module.led = _Led(by)  # type: ignore[attr-defined]
    _mqtt = sys.modules.get("device.mqtt")
    if _mqtt:
        _tell = _mqtt.tell
        _mqtt.tell = _told  # type: ignore[attr-defined]
    allow, handler = api.routes["/led"]
    api.routes["/led"] = (allow, _as(1, handler))
    mqtt_switch = sys.modules.get("device.mqtt_switch")
    if mqtt_switch:
        mqtt_switch.take = _as(3, mqtt_switch.take)  # type: ignore[attr-defined]
    server.jobs.append(poll)
    api.routes["/log"] = ("GET, HEAD", _get)
    status.more.append(_report)
    try:
        from device import page_more  # allowed: at boot
    except ImportError:
        return  # lost: the page works all the same
    page_more.start()


def poll(now):
    """Count the seconds, and look for the network. A job of server.py's."""
    global _joined
    _count(now)
    joined = network.WLAN(network.WLAN.IF_STA).isconnected()
    if joined != _joined:
        _joined = joined
        _note(_WIFI + joined, 0, 0, 0)
    return _LOOK_MS


def _as(by, function):
    # For what has a time, too, which takes no way through a module's led.
    def call(*arguments):
        global _by
        _by = by
        try:
            return function(*arguments)
        finally:
            _by = 0

    return call


def _count(now):
    global _seconds, _ms, _last
    _ms += max(0, time.ticks_diff(now, _last))
    _last = now
    _seconds += _ms // 1000
    _ms %= 1000


def _changed(on):
    if on != rtc_state.light:
        _set_light(on)
        _note(_OFF + on, _by, 0, 0)


def _told(number, text):
    if text != _mqtt.state:  # an attempt that fails as the last one did is no event
        _note(_BROKER, number, 0, 0)
    _tell(number, text)


def _note(what, first, second, third):
    # Allocates nothing: the button calls it.
    _count(time.ticks_ms())
    kept = rtc_state._bytes
    row = kept[_NEXT] % _COUNT
    at = _EVENTS + 8 * row
    seconds = _seconds
    for i in range(4):
        kept[at + i] = seconds & 0xFF
        seconds >>= 8
    kept[at + 4] = what
    kept[at + 5] = first
    kept[at + 6] = second
    kept[at + 7] = third
    rtc_state.set(_NEXT, (row + 1) % _COUNT)


def _get(method, body, fields):
    _count(time.ticks_ms())
    kept = rtc_state._bytes
    lines = ""
    ours = True  # of this boot
    for i in range(1, _COUNT + 1):
        at = _EVENTS + 8 * ((kept[_NEXT] - i) % _COUNT)
        what = kept[at + 4]
        if not _OFF <= what <= _BROKER:
            break
        seconds = kept[at] | kept[at + 1] << 8 | kept[at + 2] << 16 | kept[at + 3] << 24
        # Nobody knows how long ago an earlier boot was: then it is the time since that boot.
        lines += "-%d s  " % (_seconds - seconds) if ours else "+%d s  " % seconds
        lines += _WHAT.split("\n")[what + 1] + _detail(what, kept[at + 5 : at + 8]) + "\n"
        if what == _BOOT:
            ours = False
    return http.response("200 OK", "text/plain", lines)


def _detail(what, detail):
    if what == _BOOT:
        return " %s, %s" % (_CAUSES.split(",")[detail[0] & 7], "on" if detail[1] else "off")
    if what == _DEPLOY:
        return " " + binascii.hexlify(detail).decode()
    if what == _BROKER:
        return _WHY.split(",")[detail[0] & 7]
    return ", " + _BY[detail[0] % len(_BY)] if what < _BOOT else ""


def _report(fields):
    fields["log"] = "/log"

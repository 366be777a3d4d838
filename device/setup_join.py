"""Joins the network that was entered on the setup page, and says what became of that."""

import time

import network
from micropython import const

from device import setup_form

_EARLIEST_MS = const(2000)  # until then the SDK may speak of the network before
_ABSENT_MS = const(8000)  # it searches several times
_LATEST_MS = const(20000)
_STAY_MS = const(60000)  # for the phone to read what became of it
_UNUSED_MS = const(120000)

# States: nothing was entered, or that failed; joining; joined.
STILL = 0
JOINING = 1
JOINED = 2

state = STILL
ssid = ""  # the last one that was entered
line = "Which WiFi shall the switch join?"  # for the page

_since = 0  # ticks: when that state began
_used = None  # ticks: when the page was last asked for, while the SDK does not search


def join(name, password):
    """Have the SDK store and join a network; it returns at once. OSError: that is refused."""
    global state, ssid, line, _since, _used
    ssid = name
    line = "Joining %s ..." % setup_form.escape(name)
    sta = network.WLAN(network.WLAN.IF_STA)
    sta.active(True)
    sta.disconnect()  # from another network, which the SDK would keep
    sta.connect(name, password)
    state = JOINING
    _since = time.ticks_ms()
    _used = None


def look(now):
    """See what has become of it at `now` (ticks) -> whether setup is over. Never waits."""
    global state, line, _since, _used
    sta = network.WLAN(network.WLAN.IF_STA)
    status = sta.status()
    waited = time.ticks_diff(now, _since)
    if status == network.STAT_GOT_IP:
        if state == JOINED:
            return waited > _STAY_MS
        if state == STILL:
            return True  # the network that the board knows is back
        state = JOINED
        _since = now
        line = "The switch has joined %s." % setup_form.escape(ssid)
    elif state == JOINED:
        state = JOINING  # lost again
        _since = now
    elif state == JOINING:
        why = _why(status, waited)
        if why:
            state = STILL
            line = why % setup_form.escape(ssid)
            pause()
    elif _used is not None and time.ticks_diff(now, _used) > _UNUSED_MS:
        _used = None
        sta.connect()  # what it has stored
    return False


def pause():
    """Have the SDK not search while somebody uses the page: the access point is slow meanwhile."""
    global _used
    sta = network.WLAN(network.WLAN.IF_STA)
    if _used is not None or sta.status() != network.STAT_IDLE:
        sta.disconnect()
        _used = time.ticks_ms()


def _why(status, waited):
    # Why it has failed after so many ms, or "" while it has not.
    if status == network.STAT_WRONG_PASSWORD and waited >= _EARLIEST_MS:
        return "%s refuses the password."
    if status == network.STAT_NO_AP_FOUND and waited >= _ABSENT_MS:
        return "%s is not in reach. The switch needs 2.4 GHz."
    return "%s does not let the switch in." if waited >= _LATEST_MS else ""

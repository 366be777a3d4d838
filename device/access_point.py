"""The access point of our own, for want of a network: opened with AP_PASSWORD or not at all.

wifi.py alone needs it.
"""

import network
from micropython import const

_OUR_ADDRESS = const("4.3.2.1")  # Android shows no setup page at a private address


def start(ap, config, call):
    """Open `ap`, the interface, by `call`, wifi.py's guard -> whether it is up.

    Leaves the networks in reach in `config.networks`, for device/setup.py: a later scan would
    lose the access point's clients. The station goes on looking, or nobody would see the network
    come back. It changes channels for that, which makes the access point slow
    (docs/esp8266/general.rst).
    """
    config.networks = scan(network.WLAN(network.WLAN.IF_STA), call)
    is_up = bool(call(_open, ap, config.HOSTNAME, config.AP_PASSWORD))
    call(ap.ifconfig, (_OUR_ADDRESS, "255.255.255.0", _OUR_ADDRESS, _OUR_ADDRESS))
    return is_up


def scan(sta, call):
    """The names (str) of the networks in reach, the nearest first. Waits for two seconds.

    The SDK refuses while its station searches, and then sta.scan() waits for ever
    (network_wlan.c: esp_scan). So that is stopped first, and goes on afterwards.
    """
    was_on = call(sta.active)
    call(sta.active, True)
    call(sta.disconnect)
    found = call(sta.scan) or []
    found.sort(key=lambda row: -row[3])  # by signal
    names = []
    for row in found:
        try:
            name = str(row[0], "utf-8")
        except ValueError:
            continue  # nobody could enter it
        if name and name not in names:  # a hidden one has none
            names.append(name)
    if was_on:
        call(sta.connect)
    return names


def _open(ap, name, password):
    is_up = False
    try:
        try:
            # While it is off, since it comes up with what the SDK has stored.
            ap.config(ssid=name, key=password, security=network.AUTH_WPA2_PSK)
        except OSError:
            # The SDK's reference says that this needs an access point that is up.
            ap.active(True)
            ap.config(ssid=name, key=password, security=network.AUTH_WPA2_PSK)
        ap.active(True)
        is_up = (ap.config("ssid"), ap.config("security")) == (name, network.AUTH_WPA2_PSK)
        if not is_up:
            raise OSError("access point refused")
    finally:
        if not is_up:
            ap.active(False)  # better none than somebody else's
    return is_up

"""Setup by phone: a page on our own access point, where the board is told which network to join.

startup.py has it loaded where that access point came up. Until the next reset, this module is
HTTP's service in place of api.py: it answers the setup page's requests, and hands all others on,
so that api.py's rules for hosts and sites stand. A host that is not the board leads to the page:
so phones notice it, and show it. What is entered is stored by the SDK, which joins that network
again after a reset; no file is written.
"""

import gc
import os
import socket
import sys
from binascii import hexlify

import machine
import network
from micropython import const

# One after another: what an import leaves behind would cut the little free memory into pieces.
from device import setup_dns

gc.collect()
from device import setup_form  # noqa: E402

gc.collect()
from device import setup_join  # noqa: E402

gc.collect()
from device import (  # noqa: E402
    access,
    ap_watch,
    api,
    connection,
    http,
    rtc_state,
    server,
    setup_pages,
)

_HOST = const(0)  # a line of http's list of fields
_WIFI = const(14)  # in RTC memory, see rtc_state.py
_KEEP = const(2)
_CALLBACK = const(20)  # socket option, see server.py
_LOOK_MS = const(250)
_LISTED = const(12)  # networks
# Seconds until the page loads itself again; in a minute, nobody will answer.
_RELOAD = const(b"2")
_NEVER = const(b"999999")

count = api.count  # of a service, see connection.py

_settings = None
_address = ""
_token = b""  # a form without that number, which changes at each boot, is not ours


def start(settings):
    """Serve the setup page. OSError: the port of DNS is taken."""
    global _settings, _address, _token
    _settings = settings
    settings.networks = settings.networks[:_LISTED]
    _address = network.WLAN(network.WLAN.IF_AP).ifconfig()[0]
    _token = hexlify(os.urandom(6))
    sock = setup_dns.start(_address)
    sock.setsockopt(socket.SOL_SOCKET, _CALLBACK, server.sweep)
    server.sources.append(setup_dns.serve)
    for listener, service in connection.services.items():
        if service is api:
            connection.services[listener] = sys.modules[__name__]
    server.jobs[server.jobs.index(ap_watch.sweep)] = poll


def handle(data):
    """As api.handle()."""
    try:
        request = http.parse(bytes(data))
        if request is None or isinstance(request, int):
            return api.handle(data)
        method, path, body, fields = request
        response = _decide(method, path, body, fields[_HOST])
        if response is None:
            if path == "/switch":  # where the switch's page is meanwhile
                data = bytes(data).replace(b"/switch", b"/", 1)
            return api.handle(data)
        if method == "HEAD":
            response = bytes(response)
            return response[: response.find(b"\r\n\r\n") + 4]
        return response
    except MemoryError:
        return http.error(503)


def poll(now):
    """A job of server.py's, in place of ap_watch's. Setup ends with a restart: it has taken the
    memory of the page, and of what needs a network.
    """
    if setup_join.look(now):
        if setup_join.state:
            rtc_state.set(_WIFI, _KEEP)
        rtc_state.settle()  # this reset is meant
        machine.reset()
    return _LOOK_MS


def _named():
    # Whether webrepl_cfg.py has another network than the one that was entered.
    return _settings.WIFI_SSID not in ("", setup_join.ssid)


def _decide(method, path, body, host):
    """The response to a request that is about setup, else None."""
    if host is not None and not access.is_local(host.lower()):
        return http.error("302 Found", "Location: http://%s/\r\n" % _address)
    if path == "/wifi" and method == "POST":
        return _enter(body)
    if method != "GET" and method != "HEAD":
        return None
    if path == "/wifi" and not setup_join.state:
        return http.error(303, "Location: /\r\n")
    if path != "/wifi" and path != "/":
        return None
    if path == "/" and setup_join.state == setup_join.JOINED and host != _address:
        return None  # in the network that was joined, / is the switch
    return _progress() if setup_join.state else _form()


def _enter(body):
    form = setup_form.fields(body) or {}
    ssid = form.get("other") or form.get("ssid", "")
    password = form.get("password", "")
    response = http.error(303, "Location: /wifi\r\n")  # first: there may be no memory for it
    if not setup_join.state:
        setup_join.line = "Please enter that again."
        if form.get("token", "").encode() == _token:
            setup_join.line = setup_form.fault(ssid, password)
        if not setup_join.line:
            try:
                setup_join.join(ssid, password)
            except OSError:
                setup_join.line = "The switch could not try that. Please enter it again."
    return response


def _form():
    setup_join.pause()
    networks = [name for name in _settings.networks if name != setup_join.ssid]
    if setup_join.ssid:  # what was entered comes first
        networks.insert(0, setup_join.ssid)
    name = _settings.HOSTNAME.encode()
    line = setup_join.line.encode()
    first, second, end = setup_pages.FORM
    room = setup_pages.room(name, line, (first, second, _token, end))
    options = []
    for ssid in networks:  # the nearest first
        option = setup_form.option(ssid).encode()
        if len(option) <= room:
            room -= len(option)
            options.append(option)
    rest = (first,) + tuple(options) + (second, _token, end)
    return setup_pages.page(name, line, rest)


def _progress():
    host = _settings.HOSTNAME
    if getattr(_settings, "MDNS", False):
        host += ".local"
    more = "If the phone leaves this WiFi meanwhile, look for http://%s/ in your own." % host
    reload = _RELOAD
    if setup_join.state == setup_join.JOINED:
        reload = _NEVER
        address = network.WLAN(network.WLAN.IF_STA).ifconfig()[0]
        more = "Go back to your own WiFi and open <a href=http://%s/>http://%s/</a> or http://%s/."
        more = more % (address, address, host)
        if _named():
            more += " After a power cut, the WiFi in webrepl_cfg.py counts where it is in reach."
    first, second, end = setup_pages.STATE
    rest = (first, reload, second, more.encode(), end)
    return setup_pages.page(_settings.HOSTNAME.encode(), setup_join.line.encode(), rest)

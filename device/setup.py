"""Setup by phone: a page on our own access point, where the board is told which network to join.

switch.py starts it in place of api.py where that access point has come up, until the next reset:
both do not fit. A host that is not the board leads to the page, by which phones notice and show
it. What is entered is stored by the SDK, which joins that network again after a reset; no file is
written. HTTP_PASSWORD is not asked for: who is here knows the access point's.
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
    http,
    led,
    rtc_state,
    server,
    setup_pages,
)

_HOST = const(0)  # a line of http's list of fields
_WIFI = const(15)  # in RTC memory, see rtc_state.py
_KEEP = const(2)
_CALLBACK = const(20)  # socket option, see server.py
_LOOK_MS = const(250)
_LISTED = const(12)  # networks
# Seconds until the page loads itself again; in a minute, nobody will answer.
_RELOAD = const(b"2")
_NEVER = const(b"999999")

port = 80  # of a service, see connection.py

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
    access.start(settings.HOSTNAME, "")
    sock = setup_dns.start(_address)
    sock.setsockopt(socket.SOL_SOCKET, _CALLBACK, server.sweep)
    server.sources.append(setup_dns.serve)
    server.listen(sys.modules[__name__])
    server.jobs[server.jobs.index(ap_watch.sweep)] = poll


def count(status):
    """As api.count()."""
    if status and not rtc_state.settled:
        rtc_state.settle()


def handle(data):
    """Return the whole response (bytes-like) to a request, as api.handle() does."""
    try:
        request = http.parse(bytes(data))
        if not request:
            return request
        response = request
        if not isinstance(request, int):
            response = _decide(request[0], request[1], request[2], request[3][_HOST])
        if isinstance(response, int):
            response = http.error(response)
        if data[:5] == b"HEAD ":
            response = bytes(response)
            response = response[: response.find(b"\r\n\r\n") + 4]
        return response
    except MemoryError:
        return http.error(503)


def poll(now):
    """A job of server.py's, in place of ap_watch's. Setup ends with a restart."""
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
    """The response to a request, or the number of an error."""
    if host is not None and not access.is_local(host.lower()):
        return http.error("302 Found", "Location: http://%s/\r\n" % _address)
    if path in setup_pages.PAGES:
        return setup_pages.PAGES[path]
    if path not in ("/", "/wifi", "/switch"):
        return 404
    if method == "POST" and path != "/":
        response = http.error(303, "Location: %s\r\n" % path)  # first: it needs memory
        form = setup_form.fields(body) or {}
        if form.get("token", "").encode() != _token:
            setup_join.line = "Please try that again."
        elif path == "/switch":
            led.toggle()
        elif not setup_join.state:
            _enter(form)
        return response
    if method != "GET" and method != "HEAD":
        return http.error(405, "Allow: GET, HEAD%s\r\n" % (", POST" if path != "/" else ""))
    if path == "/switch":
        state = b"On" if led.signal.value() else b"Off"
        first, end = setup_pages.SWITCH
        return setup_pages.page(_settings.HOSTNAME.encode(), state, (first, _token, end))
    if setup_join.state:
        return _progress()
    return _form() if path == "/" else http.error(303, "Location: /\r\n")


def _enter(form):
    ssid = form.get("other") or form.get("ssid", "")
    password = form.get("password", "")
    setup_join.line = setup_form.fault(ssid, password)
    if not setup_join.line:
        try:
            setup_join.join(ssid, password)
        except OSError:
            setup_join.line = "The WiFi refused to try that. Please enter it again."


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

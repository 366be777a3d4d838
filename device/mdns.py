"""Makes the board known as <HOSTNAME>.local, by multicast DNS. What is said is in mdns_message.py.

A name is ours when three probes have found nobody else who has it, else "-2" is added, or "-3".
What others send is answered or forgotten: nothing of it is kept.
"""

import os
import socket
import sys
from time import ticks_add, ticks_diff, ticks_ms

import network
from micropython import const
from vfs import rom_ioctl  # noqa: F401  (firmware without ROMFS has no room: nothing is loaded)

from device import access, mdns_message, server, status

_PORT = const(5353)
_GROUP = ("224.0.0.251", _PORT)
_MEMBERSHIP = b"\xe0\0\0\xfb\0\0\0\0"  # the group, at every interface
_CALLBACK = const(20)  # socket option, see server.py
_LONGEST = const(512)  # bytes that are read of a message
_BURST = const(4)  # messages a sweep, as many as wait in lwIP
_PROBE_MS = const(250)
_PAUSE_MS = const(1000)  # between multicasts, and between looks for a new address
_AGAIN_MS = const(60000)  # from one announcement to the next, since questions may get lost

_PROBES = const(3)
_MOST = const(99)  # numbers behind the name
_SHARED = const(36)  # records of mdns_message.py that others have, too
_IP = const(0)
_ENTER = const(0x400)
_LEAVE = const(0x401)
_NO_SLEEP = const(0)  # while the radio sleeps, multicasts get lost

_socket = None
_own_name = ""  # as the settings have it
_names = ""  # access.names without ours
_number = 1  # behind the name, unless it is 1
_name = ""  # without .local
_interface = None  # its address and mask
_look = 0  # ticks: when to look for a new address
_step = 0  # probes, and then announcements, that have been sent
_next = 0  # ticks: when the next one is due
_quiet = 0  # ticks: until then there is no further multicast
_wanted = 0  # records that are to be sent then


def start(settings):
    """Open the socket; check() does the rest. OSError: this firmware has no events for UDP."""
    global _socket, _own_name, _names, _look
    if sys.implementation.version < (1, 28):
        raise OSError("it needs MicroPython 1.28")
    _socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    _socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _socket.bind(("", _PORT))
    _socket.setblocking(False)
    _own_name = settings.HOSTNAME.lower()
    _names = access.names
    _look = ticks_ms()
    server.sources.append(turn)
    server.jobs.append(check)
    status.more.append(_tell)
    _socket.setsockopt(socket.SOL_SOCKET, _CALLBACK, server.sweep)
    server.sweep()  # or else nobody looks for a due job until something happens


def turn(_):
    """Read what has come; a source of server.py's."""
    for _ in range(_BURST):
        try:
            # readinto() would join the messages that wait.
            data, peer = _socket.recvfrom(_LONGEST)
        except OSError:
            return  # there is no more
        message = mdns_message.parse(data)
        if message and _interface and _is_near(peer[0]):
            _receive(data, peer, *message)


def check(now):
    """Send what is due at `now` (ticks), and look for a new address; a job of server.py's."""
    global _look
    try:
        if ticks_diff(now, _look) >= 0:
            _look = ticks_add(now, _PAUSE_MS)
            _look_for_address(now)
        if _interface:
            _send(now)
    except Exception:
        pass  # no way there, or no memory: the next announcement makes up for it
    wait = ticks_diff(_look, now)
    if _interface:
        wait = min(wait, ticks_diff(_next, now))
        if _wanted:
            wait = min(wait, ticks_diff(_quiet, now))
    return max(wait, 1)


def leave():
    """Say that the name is no longer ours, and nothing more: the tools call it before a restart.
    OSError: no way there.
    """
    server.sources.remove(turn)
    server.jobs.remove(check)
    if _interface and _step > _PROBES:
        _socket.sendto(mdns_message.goodbye(), _GROUP)


def _look_for_address(now):
    global _interface
    here = None
    for kind in (network.WLAN.IF_STA, network.WLAN.IF_AP):
        wlan = network.WLAN(kind)
        if wlan.isconnected() or kind and wlan.active():
            here = wlan.ifconfig()[:2]
            break
    if here == _interface:
        return
    _interface = None
    if here:
        _join()
        network.WLAN(network.WLAN.IF_STA).config(pm=_NO_SLEEP)
        _interface = here
        _begin(now, os.urandom(1)[0])


def _join():
    # Anew, so that a switch or access point that has forgotten the board hears of it.
    try:
        _socket.setsockopt(_IP, _LEAVE, _MEMBERSHIP)
    except OSError:
        pass  # it was no member: WiFi was away
    _socket.setsockopt(_IP, _ENTER, _MEMBERSHIP)


def _begin(now, wait):
    """Probe for the name, `wait` ms after `now`."""
    global _name, _step, _next, _quiet, _wanted
    _name = _own_name if _number == 1 else "%s-%d" % (_own_name, _number)
    access.names = _names + _name + ".local\n"
    mdns_message.use(_name, bytes([int(part) for part in _interface[0].split(".")]))
    _step = _wanted = 0
    _next = ticks_add(now, wait)
    _quiet = now


def _send(now):
    global _step, _next, _quiet, _wanted
    if ticks_diff(now, _next) >= 0:
        _step += 1
        if _step <= _PROBES:
            _next = ticks_add(now, _PROBE_MS)
            _socket.sendto(mdns_message.probe(), _GROUP)
            return
        _next = ticks_add(now, _AGAIN_MS if _step > _PROBES + 1 else _PAUSE_MS)
        _wanted = mdns_message.ALL
        _join()
    if _wanted and ticks_diff(now, _quiet) >= 0:
        wanted = _wanted
        _wanted = 0
        _quiet = ticks_add(now, _PAUSE_MS)
        _socket.sendto(mdns_message.answer(wanted), _GROUP)


def _receive(data, peer, asked, alone, end, other, question):
    global _number, _wanted, _quiet
    now = ticks_ms()
    probing = _step <= _PROBES
    if other and not question and peer[1] == _PORT:
        # Somebody else has the name. If it was ours already, they have to say so again.
        if probing:
            _number = _number % _MOST + 1
        _begin(now, _PAUSE_MS)
    elif other and probing and mdns_message.loses_to(other):
        _begin(now, _PAUSE_MS)  # two probe at the same time
    if not asked or not question or _step <= _PROBES:
        return
    if peer[1] != _PORT:
        _socket.sendto(mdns_message.answer(asked, data[:end]), peer)
    elif alone:
        _socket.sendto(mdns_message.answer(asked), peer)
    else:
        if asked & _SHARED and not _wanted and ticks_diff(_quiet, now) < 0:
            # Other boards answer as well: not all at once.
            _quiet = ticks_add(now, 20 + os.urandom(1)[0] // 4)
        _wanted |= asked


def _is_near(host):
    """Whether it is in our network: others may not make us send or give the name up."""
    address, mask = _interface
    for ours, theirs, bits in zip(address.split("."), host.split("."), mask.split(".")):
        if (int(ours) ^ int(theirs)) & int(bits):
            return False
    return True


def _tell(fields):
    fields["mdns"] = _name + ".local" if _interface and _step > _PROBES else None

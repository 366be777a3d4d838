"""A connection to an MQTT broker that never waits: a source and a job of server.py.

mqtt_switch.py has what is said there. One message is sent at a time, and the next one when the
broker has answered the PINGREQ behind it. So the send buffer always has room, and a broker that is
gone is noticed. At a reset the board says no DISCONNECT: the broker tells others that it is gone.
"""

import os
import select
import socket
from time import ticks_add, ticks_diff, ticks_ms

from micropython import const

from device import api, mqtt_packets, mqtt_switch, server, status

_CALLBACK = const(20)  # socket option, see server.py
_EINPROGRESS = const(115)
_TICK_MS = const(25)
_IDLE_MS = const(1000)  # an RST is no event, nor is a light that is switched at the prompt
_CONNECT_MS = const(10000)  # to find the broker, and for it to take the connection
_PING_MS = const(20000)  # without a message
_ANSWER_MS = const(15000)
_PACKETS = const(16)  # that are taken in one sweep
_LONGEST_WAIT = const(120)  # s, until the next attempt

# Phases.
_WAITING = const(0)
_LOOKUP = const(1)
_CONNECTING = const(2)
_LOGIN = const(3)
_CONNECTED = const(4)
_WHY = ("", "broker name not found", "no answer", "no answer", "connection lost")  # it ended
state = "connecting"  # for a person

_phase = _WAITING
_due = 0  # ticks: when the phase ends; once connected, when a PINGREQ or its answer is due
_pinged = False  # a PINGREQ has no answer yet
_wait = 1  # s, until the next attempt
_host = _port = _lookup = _sock = _poll = None
_login = b""
_reader = mqtt_packets.Reader()


def start(settings):
    """Connect to the broker of `settings` (a config.Config) as soon as there is a network."""
    global _host, _port, _lookup, _login, _due
    _host, _port = settings.MQTT_HOST, settings.MQTT_PORT
    if _host.strip("0123456789."):  # a name
        from device import lookup  # allowed: a feature starts at boot

        _lookup = lookup
    will = mqtt_switch.start(settings.HA_DISCOVERY)
    _login = mqtt_packets.connect(mqtt_switch.id, will, settings.MQTT_USER, settings.MQTT_PASSWORD)
    _due = ticks_ms()
    server.sources.append(_read)
    server.jobs.append(_work)
    status.more.append(_report)


def tell(number, text):
    """The state is `text` from now on. event_log.py keeps the number: the phase that has ended,
    0 where the board is connected, or 5 where it is and may not subscribe.
    """
    global state
    state = text


def _report(fields):
    fields["mqtt"] = state


def _work(now):
    try:
        return _step(now)
    except Exception:
        _lose()
        return _IDLE_MS


def _step(now):
    global _phase, _due
    late = ticks_diff(now, _due) >= 0
    if _phase == _CONNECTED and not _pinged:
        data = mqtt_switch.next(now) or late and mqtt_packets.PING
        if not data:
            return _IDLE_MS
        _send(data)
    elif _phase == _WAITING:
        if not late:
            return _IDLE_MS
        _due = ticks_add(now, _CONNECT_MS)
        if _lookup:
            _phase = _LOOKUP
            _lookup.ask(_host)
        else:
            _connect(_host)
    elif late:
        raise OSError
    elif _phase == _LOOKUP:
        _connect(_lookup.answer())
    elif _phase == _CONNECTING:
        _look()
    return _TICK_MS


def _connect(address):
    global _phase, _sock, _poll
    if not address:
        return
    _phase = _CONNECTING
    _reader.begin()
    _sock = socket.socket()
    _sock.setblocking(False)
    _poll = select.poll()  # a new one: it is damaged where register() finds no memory
    _poll.register(_sock, select.POLLOUT)
    try:
        _sock.connect((address, _port))
    except OSError as e:
        if e.errno != _EINPROGRESS:
            raise


def _look():
    # No event says that the broker has taken the connection.
    global _phase, _poll
    for _, flags in _poll.ipoll(0):
        if flags != select.POLLOUT:
            raise OSError  # it is writable, too, where it was refused
        _phase = _LOGIN
    if _phase == _LOGIN:
        _poll = None
        _sock.setsockopt(socket.SOL_SOCKET, _CALLBACK, server.sweep)
        _send(_login)


def _send(data):
    global _pinged, _due
    _pinged = True
    _due = ticks_add(ticks_ms(), _ANSWER_MS)
    if _sock.send(data) != len(data):
        raise OSError


def _read(_):
    if _phase < _LOGIN:
        return
    try:
        for _ in range(_PACKETS):
            packet = _reader.read(_sock)
            if not packet:
                return
            _handle_data(packet, packet[0])
    except Exception:
        if _phase:
            _lose(_WHY[_CONNECTED])


def _handle_data(packet, kind):
    global _phase, _wait
    if _phase == _LOGIN:
        if kind != 0x20 or len(packet) != 3:
            raise OSError
        if packet[2]:
            # Mosquitto says 5 of a wrong password, too.
            _lose("wrong user or password" if packet[2] > 3 else "refused (%d)" % packet[2])
            raise OSError
        tell(0, "connected")
        _phase = _CONNECTED
        mqtt_switch.begin()
        _answered()
    elif kind == 0xD0:
        _wait = 1
        _answered()
    elif kind == 0x90:
        if 0x80 in packet[3:]:
            tell(5, "connected, but may not subscribe")
    elif kind == 0x30:
        mqtt_switch.take(packet)
    elif kind != 0x31:  # retained
        api.count(0)  # nothing that we understand, or with QoS bits, which we never ask for


def _answered():
    global _pinged, _due
    _pinged = False
    _due = ticks_add(ticks_ms(), _PING_MS)


def _lose(why=None):
    # End the connection. The next attempt is after 1, 2, 4 ... 120 s, times 0.5 to 1.5.
    global _phase, _sock, _poll, _due, _wait
    tell(_phase, why or _WHY[_phase])
    _phase = _WAITING
    sock = _sock
    _sock = _poll = None
    _due = ticks_add(ticks_ms(), _wait * (500 + os.urandom(1)[0] * 4))
    _wait = min(2 * _wait, _LONGEST_WAIT)
    if sock:
        sock.close()

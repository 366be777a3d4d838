"""What the switch says on an MQTT broker, and what it is told there.

Topics below wifi-switch/<id>/, where <id> is "switch-" and six hex digits of the chip's id:
  set      ON, OFF or TOGGLE; or "ON 30" for 30 s, which is rejected without device/auto_off.py.
           Retained ones are ignored, since they would switch at each reconnect
  state    ON or OFF, whatever switched
  status   online, or offline, which the broker says where the board is gone
  info     JSON about the board, at connect and every 5 minutes
All but `set` are retained.
"""

import json
import os
import sys
import time

import machine
from micropython import const

from device import api, led, mqtt_packets

# The messages, in the order in which they are sent.
_SUBSCRIBE = const(1)
_ENTITIES = const(14)  # of home_assistant.py
_STATUS = const(16)
_STATE = const(32)
_INFO = const(64)

_INFO_MS = const(300000)
_INFO_KEYS = const("version ip rssi uptime_s mem_free reset_cause last_error")
_LONGEST_ERROR = const(80)  # so that the message stays below 536 bytes, which is one segment
_BIRTH = const(b"homeassistant/status")
_BIRTH_MS = const(19)  # times a random byte: up to 5 s

id = ""

_entity = None  # home_assistant.entity, unless discovery is off
_todo = 0  # messages to be sent
_shown = None  # the state that was sent last
_info_due = 0  # ticks
_birth_due = None  # ticks: when Home Assistant, which has started, is told everything again


def start(discovery):
    """Prepare the messages, with those of Home Assistant's discovery or without; the will's topic
    is returned.
    """
    global id, _entity
    id = "switch-%06x" % int.from_bytes(machine.unique_id()[:3], "little")
    if discovery:
        from device import home_assistant  # allowed: a feature starts at boot

        _entity = home_assistant.entity
    return _topic("status")


def begin():
    """Say everything: the broker has taken the connection."""
    global _todo, _birth_due, _info_due
    _todo = _SUBSCRIBE | _STATUS | _STATE
    if _entity:
        _todo |= _ENTITIES
    _info_due = time.ticks_ms()
    _birth_due = None


def next(now):
    """The packet that is due at `now` (ticks), or None."""
    global _todo, _shown, _info_due, _birth_due
    on = led.signal.value()
    if on != _shown:
        _todo |= _STATE
    if time.ticks_diff(now, _info_due) >= 0:
        _todo |= _INFO
    if _birth_due is not None and time.ticks_diff(now, _birth_due) >= 0:
        _birth_due = None
        _todo |= _ENTITIES | _STATUS | _STATE
    bit = _todo & -_todo
    _todo ^= bit
    if not bit:
        return None
    if bit == _SUBSCRIBE:
        topics = [_topic("set").encode()]
        if _entity:
            topics.append(_BIRTH)
        return mqtt_packets.subscribe(topics)
    if bit == _STATUS:
        what, payload = "status", "online"
    elif bit == _STATE:
        _shown = on
        what, payload = "state", "ON" if on else "OFF"
    elif bit == _INFO:
        _info_due = time.ticks_add(now, _INFO_MS)
        what, payload = "info", _info()
    else:
        return mqtt_packets.publish(*_entity(bit, id, api.report()))
    return mqtt_packets.publish(_topic(what), payload)


def take(packet):
    """Do what a PUBLISH of the broker's asks for."""
    global _birth_due
    topic, payload = mqtt_packets.message(packet)
    if topic == _BIRTH:
        if payload == b"online":
            _birth_due = time.ticks_add(time.ticks_ms(), os.urandom(1)[0] * _BIRTH_MS)
    else:
        # Counted like a request: served (2xx), or rejected.
        api.count(0x32 if topic == _topic("set").encode() and _obey(payload) else 0)


def _obey(payload):
    if payload == b"TOGGLE":
        led.toggle()
    elif payload == b"ON" or payload == b"OFF":
        led.set(payload == b"ON")
    else:
        auto_off = sys.modules.get("device.auto_off")
        if not auto_off or payload[:3] != b"ON " or not payload[3:].isdigit():
            return False
        auto_off.on_for(int(payload[3:]))
    return True


def _topic(name):
    return "wifi-switch/%s/%s" % (id, name)


def _info():
    fields = api.report()
    info = {"name": fields["hostname"]}
    for key in _INFO_KEYS.split():
        info[key] = fields[key]
    info["last_error"] = info["last_error"][:_LONGEST_ERROR]
    return json.dumps(info)

"""What holds for everything that comes from a broker, and for every body of PUT /led, on a switch
with auto-off: the light does what a second reading of it says, and nothing else."""

import importlib
import json
import sys
import types
import zlib

import device

_NAMES = (
    "rtc_state led http access status api connection server auto_off mqtt_packets mqtt_switch mqtt"
).split()
_TOPIC = b"wifi-switch/switch-c0002a/set"
_LONGEST = 63  # bytes of a packet without its head
_MOST_S = 86400


def published(payload, kind=0x30, topic=_TOPIC):
    """A PUBLISH, at most 127 bytes long behind its head."""
    body = bytes((0, len(topic))) + topic + payload
    return bytes((kind, len(body))) + body


SEEDS = {
    "mqtt": [
        published(b"ON") + b"\xd0\0" + published(b"TOGGLE") + b"\x90\3\0\1\0",
        published(b"ON 30") + published(b"ON", 0x31) + published(b"OFF", 0x32),
        published(b"ON 86401") + published(b"online", topic=b"homeassistant/status"),
        b"\x30\x80\1" + b"x" * 128 + published(b"OFF"),
    ],
    "for_s": [
        b'{"on": true, "for_s": 30}',
        b'{ "for_s":\t86400 , "on":true}\r\n',
        b'{"on":false}',
        b'{"on": true, "for_s": 030, "for_s"}',
    ],
}


class _Stream:
    """What has come, of which `piece` bytes are read at a time."""

    def __init__(self, data, piece):
        self._data, self._piece = data, piece

    def readinto(self, buffer):
        n = min(len(buffer), len(self._data), self._piece)
        buffer[:n], self._data = self._data[:n], self._data[n:]
        return n or None

    def close(self):
        self._data = b""


class Switch:
    """A switch with auto-off and MQTT; `patch` (pytest.MonkeyPatch) puts it in place."""

    def __init__(self, patch):
        import machine
        import micropython

        machine.plug_in(patch)
        patch.setattr(micropython, "schedule", lambda *_: None, raising=False)
        for name in _NAMES:
            patch.delitem(sys.modules, "device." + name, raising=False)
            patch.delattr(device, name, raising=False)
        for name in _NAMES:
            setattr(self, name, importlib.import_module("device." + name))
        settings = types.SimpleNamespace(AUTO_OFF_S=0)
        self.rtc_state.load()
        self.auto_off.boot(settings)
        self.led.start(2, False)
        self.api.start("switch", "")
        self.auto_off.start(settings)
        self.mqtt_switch.id = "switch-c0002a"

    @property
    def light(self):
        """(whether it is on, for how many ms at most; 0: without end)"""
        on = bool(self.led.signal.value())
        return on, self.auto_off._left if on and self.auto_off._kept else 0

    def mqtt_packets_come(self, data):
        """Whatever the broker sends, in pieces that only the bytes decide on."""
        self.led.set(False)
        requests = self.api.requests
        stream = _Stream(data, 1 + zlib.crc32(data) % 70)
        self.mqtt._sock, self.mqtt._phase = stream, self.mqtt._CONNECTED
        self.mqtt._reader.begin()
        while stream._data:
            self.mqtt._read(False)
        on, ms, obeyed = False, 0, 0
        for payload in _commands(data):
            if payload == b"TOGGLE":
                on, ms = not on, 0
            elif payload in (b"ON", b"OFF"):
                on, ms = payload == b"ON", 0
            else:
                seconds = _seconds(payload)
                if not seconds:
                    continue
                on, ms = True, seconds * 1000
            obeyed += 1
        assert self.light == (on, ms) and self.api.requests - requests == obeyed

    def body_comes(self, data):
        """Any body of PUT /led: there may be a light without end only where `on` alone came."""
        self.led.set(False)
        head = b"PUT /led HTTP/1.1\r\nHost: switch\r\nContent-Length: %d\r\n\r\n" % len(data)
        response = self.api.handle(head + data)
        assert response is not None and len(response) <= 1071
        try:
            pairs = json.loads(data, object_pairs_hook=list, parse_float=repr)
        except (ValueError, RecursionError):
            pairs = None
        wanted = dict(pairs) if isinstance(pairs, list) and _are_pairs(pairs) else {}
        lit, ms = self.light
        if response[9:12] != b"200":
            assert not lit and response[9:12] in (b"400", b"413")
            return
        assert wanted, "that is no JSON, or no object"
        if len(pairs) == 1:
            assert wanted == {"on": lit} and ms == 0
        else:
            seconds = wanted.pop("for_s")
            assert len(pairs) == 2 and wanted == {"on": True} and lit
            assert type(seconds) is int and 0 < seconds <= _MOST_S and ms == seconds * 1000


def _are_pairs(items):
    return all(isinstance(item, tuple) for item in items)


def _seconds(payload):
    digits = payload.removeprefix(b"ON ")
    if digits == payload or not digits or set(digits) - set(b"0123456789"):
        return 0
    seconds = int(digits)
    return seconds if seconds <= _MOST_S else 0


def _commands(data):
    """The payloads of what is published to the switch, as MQTT 3.1.1 has packets."""
    while len(data) > 1:
        size = 0
        for at in range(1, 5):
            if at >= len(data):
                return
            size |= (data[at] & 0x7F) << 7 * (at - 1)
            if data[at] < 0x80:
                break
        else:
            return  # malformed: the connection is over
        body = data[at + 1 : at + 1 + size]
        if len(body) < size:
            return
        end = 2 + int.from_bytes(body[:2], "big")
        if data[0] == 0x30 and end <= size <= _LONGEST and body[2:end] == _TOPIC:
            yield body[end:]
        data = data[at + 1 + size :]

"""device/mqtt.py on fake sockets, and the broker at their other end."""

import importlib
import json
import sys

import machine
from fake_outgoing import BROKER, OutgoingNet
from fake_socket import plug_in

BASE = "wifi-switch/switch-c0002a/"
CONNACK = b"\x20\x02\x00\x00"
PONG = b"\xd0\x00"


class Settings:
    MQTT_HOST, MQTT_PORT = BROKER
    MQTT_USER = MQTT_PASSWORD = ""
    HA_DISCOVERY = True


class Light:
    """Stands in for device/led.py."""

    on = False

    def __init__(self):
        self.signal = self

    def value(self):
        return self.on

    def set(self, on):
        self.on = on

    def toggle(self):
        self.on = not self.on


class Switch:
    """A switch with MQTT on, and its broker: `link` is the present connection."""

    def __init__(self, monkeypatch, settings=Settings):
        self.net = OutgoingNet()
        modules = plug_in(monkeypatch, self.net)
        self.server = modules["server"]
        import device

        stand_ins = dict.fromkeys(("socket", "select", "time", "micropython"), self.net)
        names = ("mqtt", "mqtt_switch", "status", "api", "home_assistant")
        for name in names:
            monkeypatch.setitem(sys.modules, "device." + name, None)
            monkeypatch.setattr(device, name, None, raising=False)
            del sys.modules["device." + name]
            delattr(device, name)
        monkeypatch.delitem(sys.modules, "device.auto_off", raising=False)
        monkeypatch.setattr(machine, "unique_id", lambda: b"\x2a\x00\xc0\x00", raising=False)
        with monkeypatch.context() as during_import:
            for name, module in stand_ins.items():
                during_import.setitem(sys.modules, name, module)
            self.mqtt = importlib.import_module("device.mqtt")
            self.switch = importlib.import_module("device.mqtt_switch")
            self.api = importlib.import_module("device.api")
            self.mqtt.start(settings)
        for name in names:  # monkeypatch takes them away again
            setattr(device, name, sys.modules.setdefault("device." + name, None))
        self.light = self.switch.led = Light()
        self.fields = {
            "hostname": "lamp",
            "version": "1.0.0+0a1b2c3d",
            "ip": "10.0.0.5",
            "rssi": -60,
        }
        self.fields |= {
            "uptime_s": 5,
            "mem_free": 9000,
            "reset_cause": "power-on",
            "last_error": "",
        }
        monkeypatch.setattr(self.api, "report", lambda: dict(self.fields))
        monkeypatch.setattr(self.api, "rejected", 0)
        monkeypatch.setattr(self.api, "requests", 0)
        monkeypatch.setattr(self.api.rtc_state, "settled", True)
        self.server._tick()  # as server.listen() does

    @property
    def link(self):
        return self.net.links[-1]

    @property
    def state(self):
        return self.mqtt.state

    def reach(self):
        """The broker takes the connection, and reads CONNECT."""
        self.net.idle(30)
        self.link.connecting = False
        self.net.idle(60)
        return self.link

    def come(self, *packets):
        """Packets come from the broker, in one segment."""
        self.link.incoming += b"".join(packets)
        self.net.event(self.link)
        self.net.idle(5)

    def connect(self):
        """Until all is said that is said at first."""
        self.reach()
        self.come(CONNACK)
        self.answer()
        return self.link

    def answer(self, ms=200):
        """The broker answers each PINGREQ for so long."""
        for _ in range(ms // 25):
            self.net.idle(25)
            link = self.link
            while link.answered < len(link.sends):
                link.answered += 1
                if link.sends[link.answered - 1].endswith(b"\xc0\0"):
                    self.come(PONG)
        return self.link

    def said(self, since=0):
        """[(topic below the switch's, payload)] of what the board has published."""
        found = []
        for data in self.link.sends[since:]:
            if data[0] != 0x31:
                continue
            size = data[1] if data[1] < 128 else data[1] & 127 | data[2] << 7
            body = data[2 if data[1] < 128 else 3 : -2]
            assert size == len(body) and data.endswith(b"\xc0\0")
            end = 2 + int.from_bytes(body[:2], "big")
            found.append((body[2:end].decode().removeprefix(BASE), body[end:].decode()))
        return found

    def info(self):
        return [json.loads(payload) for topic, payload in self.said() if topic == "info"]


def published(payload, topic=BASE + "set", kind=0x30, packet_id=b""):
    body = len(topic).to_bytes(2, "big") + topic.encode() + packet_id + payload
    assert len(body) < 128
    return bytes((kind, len(body))) + body

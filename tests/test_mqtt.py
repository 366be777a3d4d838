"""The connection to the broker over the chip's socket rules: it never waits, and comes back."""

import sys

import pytest
from mqtt_rig import CONNACK, PONG, Settings, Switch, published


@pytest.fixture
def switch(monkeypatch):
    return Switch(monkeypatch)


def test_all_is_said_at_connect_one_message_a_send(switch):
    switch.connect()
    assert switch.state == "connected"
    first, second, *rest = switch.link.sends
    assert first[0] == 0x10
    assert second[0] == 0x82
    assert b"wifi-switch/switch-c0002a/set" in second and b"homeassistant/status" in second
    assert [topic for topic, _ in switch.said()] == [
        "homeassistant/switch/switch-c0002a/config",
        "homeassistant/sensor/switch-c0002a-signal/config",
        "homeassistant/sensor/switch-c0002a-uptime/config",
        "status",
        "state",
        "info",
    ]
    assert len(rest) == 6 and max(map(len, switch.link.sends)) <= 535
    assert switch.said()[3:5] == [("status", "online"), ("state", "OFF")]
    expected = {key: value for key, value in switch.fields.items() if key != "hostname"}
    assert switch.info() == [{"name": "lamp", **expected}]


def test_without_discovery_home_assistant_is_told_nothing(monkeypatch):
    class Quiet(Settings):
        HA_DISCOVERY = False

    switch = Switch(monkeypatch, Quiet)
    switch.connect()
    assert b"homeassistant" not in b"".join(switch.link.sends)
    assert [topic for topic, _ in switch.said()] == ["status", "state", "info"]


def test_nothing_is_sent_before_the_broker_has_answered_what_was_sent(switch):
    switch.reach()
    switch.come(CONNACK)
    switch.net.idle(500)
    assert len(switch.link.sends) == 2
    switch.light.on = True
    switch.come(PONG)
    switch.net.idle(500)
    assert len(switch.link.sends) == 3


def test_the_longest_message_fits_into_one_segment(switch):
    switch.fields |= {
        "hostname": "x" * 32,
        "ip": "192.168.100.100",
        "rssi": -100,
        "uptime_s": 10**9,
    }
    switch.fields |= {"last_error": '"\\' * 56, "reset_cause": "deep sleep", "mem_free": 26752}
    switch.connect()
    assert len(switch.link.sends) == 8 and max(map(len, switch.link.sends)) <= 535
    for topic, payload in switch.said():
        assert "config" not in topic or len(payload) <= 330, topic


@pytest.mark.parametrize(
    ("payload", "was", "on"),
    [(b"ON", 0, 1), (b"ON", 1, 1), (b"OFF", 1, 0), (b"TOGGLE", 0, 1), (b"TOGGLE", 1, 0)],
)
def test_a_command_switches_and_is_counted_like_a_request(switch, payload, was, on):
    switch.connect()
    switch.light.on = bool(was)
    switch.answer(1100)
    switch.come(published(payload))
    assert switch.light.on == bool(on)
    assert (switch.api.requests, switch.api.rejected) == (1, 0)
    switch.answer()
    assert switch.said()[-1] == ("state", "ON" if on else "OFF")


@pytest.mark.parametrize(
    "packet",
    [
        published(b"on"),
        published(b""),
        published(b"ON 30"),
        published(b"ON -1"),
        published(b"ON", "wifi-switch/switch-c0002b/set"),
        published(b"ON", "wifi-switch/switch-c0002a/state"),
        published(b"ON", kind=0x38),
        published(b"ON", kind=0x32, packet_id=b"\0\7"),
        published(b"ON", kind=0x3D, packet_id=b"\0\7"),
        b"\x30\x02\xff\xff",
        b"\x30\x80\x10" + b"ON" * 1024,
        b"\x62\x02\x00\x01",
    ],
)
def test_what_is_no_command_is_counted_and_changes_nothing(switch, packet):
    switch.connect()
    switch.come(packet)
    switch.answer()
    assert not switch.light.on and switch.state == "connected"
    assert (switch.api.requests, switch.api.rejected) == (0, 1)
    switch.come(published(b"ON"))
    assert switch.light.on


def test_a_retained_command_never_switches(switch):
    switch.connect()
    switch.come(published(b"ON", kind=0x31), published(b"TOGGLE", kind=0x31))
    assert not switch.light.on and switch.api.rejected == 0


def test_on_for_some_seconds_is_up_to_the_module_that_switches_off(switch, monkeypatch):
    class AutoOff:
        asked = []

        @classmethod
        def once(cls, seconds):
            cls.asked.append(seconds)
            return seconds == 30

    monkeypatch.setitem(sys.modules, "device.auto_off", AutoOff)
    switch.connect()
    switch.come(published(b"ON 30"), published(b"ON 3x"), published(b"ON "), published(b"ON 0"))
    assert AutoOff.asked == [30, 0] and switch.api.rejected == 3


def test_ten_commands_in_one_segment_are_all_obeyed(switch):
    switch.connect()
    switch.come(*[published(b"TOGGLE")] * 9, published(b"TOGGLE"), published(b"ON"))
    assert switch.light.on and switch.api.requests == 11


def test_a_command_in_pieces_is_obeyed_when_it_is_whole(switch):
    switch.connect()
    for byte in published(b"ON")[:-1]:
        switch.come(bytes((byte,)))
    switch.net.idle(100)
    assert not switch.light.on
    switch.come(b"N")
    assert switch.light.on


def test_a_change_by_whatever_reaches_the_broker_within_a_second(switch):
    switch.connect()
    switch.light.on = True  # at the prompt: there is no event
    switch.answer(1100)
    assert switch.said()[-1] == ("state", "ON")


def test_home_assistant_that_starts_is_told_everything_again_but_not_by_all_at_once(switch):
    switch.connect()
    said = len(switch.link.sends)
    switch.switch.os = Urandom(100)
    switch.come(published(b"online", "homeassistant/status"))
    switch.answer(1800)
    assert len(switch.link.sends) == said
    switch.answer(1500)
    topics = [topic for topic, _ in switch.said(said)]
    assert len(topics) == 5 and topics[3:] == ["status", "state"]
    assert "offline" not in str(topics)


@pytest.mark.parametrize(
    "packet",
    [
        published(b"offline", "homeassistant/status"),
        published(b"online", "homeassistant/status", kind=0x31),
    ],
)
def test_home_assistant_that_stops_or_has_long_started_is_told_nothing(switch, packet):
    switch.connect()
    said = len(switch.link.sends)
    switch.come(packet)
    switch.answer(6000)
    assert len(switch.link.sends) == said


def test_info_is_said_every_five_minutes(switch):
    switch.connect()
    switch.answer(299_000)
    assert len(switch.info()) == 1
    switch.answer(1500)
    assert len(switch.info()) == 2


class Urandom:
    """os, whose random byte is `byte`."""

    def __init__(self, byte):
        self.byte = byte

    def urandom(self, n):
        return bytes((self.byte,) * n)

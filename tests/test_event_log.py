"""GET /log: what happened last, also before a crash or a deploy."""

import importlib
import sys
import types

import machine
import network
import pytest
from core_cases import LINES

import device

OURS = ("led", "rtc_state", "api", "status", "button", "auto_off", "event_log", "pages")


class Board:
    def __init__(self, patch):
        self._patch = patch
        machine.plug_in(patch)
        network.at_home()

    def boot(self, version="1.0.0+1a2b3c4d", cause=machine.PWRON_RESET, came=None, timer=False):
        """Reset, and start the log."""
        came = cause == machine.PWRON_RESET if came is None else came
        if came:
            machine.power_on()
        machine.cause = cause
        for name in OURS:
            self._patch.delitem(sys.modules, "device." + name, raising=False)
            self._patch.delattr(device, name, raising=False)
        server = types.SimpleNamespace(jobs=[], sweep=lambda *_: None)
        self._patch.setattr(device, "server", server, raising=False)
        pages = types.SimpleNamespace(VERSION=version, PAGES={}, render=None)
        self._patch.setitem(sys.modules, "device.pages", pages)
        self._patch.setattr(device, "pages", pages, raising=False)
        for name in ("rtc_state", "led", "button", "api", "status", "event_log"):
            setattr(self, name, importlib.import_module("device." + name))
        self.rtc_state.load()
        self.rtc_state.set(9, came)
        settings = types.SimpleNamespace(AUTO_OFF_S=60)
        if timer:
            importlib.import_module("device.auto_off").boot(settings)
        self.led.start(2, True)
        self.status.started = self.status.last = machine.now
        self.button.start()
        self.api.start("switch", "")
        if timer:
            sys.modules["device.auto_off"].start(settings)
        self.event_log.start(settings)
        self.jobs = server.jobs
        return self

    def run(self, seconds):
        for _ in range(seconds):
            machine.now += 1000
            for job in self.jobs:
                job(machine.now % (1 << 30))

    def send(self, line, body=b""):
        head = line + b" HTTP/1.1\r\n" + LINES + b"Content-Length: %d\r\n\r\n" % len(body)
        response = bytes(self.api.handle(head + body))
        assert len(response) <= 1071
        return response

    def log(self):
        """Its lines."""
        return self.send(b"GET /log").split(b"\r\n\r\n")[1].decode().splitlines()


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch).boot()


def test_it_tells_what_switched_the_light_and_how_long_ago(monkeypatch):
    board = Board(monkeypatch).boot(timer=True)
    board.send(b"PUT /led", b'{"on": true, "for_s": 60}')
    board.run(61)
    machine.drive(0, 0)
    board.run(10)
    machine.drive(0, 1)
    board.send(b"POST /toggle")
    board.led.set(True)
    board.led.set(True)
    assert board.log() == [
        "-0 s  on, prompt",
        "-0 s  off, web",
        "-10 s  on, button",
        "-11 s  off, timer",
        "-71 s  on, web",
        "-71 s  boot power-on, off",
    ]


def test_it_outlives_crashes_and_deploys_and_ends_with_a_power_cut(board):
    board.run(100)
    board.led.set(True)
    board.boot(cause=machine.EXCEPTION)
    board.run(5)
    board.boot("1.0.0+99887766", cause=machine.SOFT_RESET)
    board.run(7)
    assert board.log() == [
        "-7 s  deploy 998877",
        "-7 s  boot software, on",
        "+0 s  boot exception, on",
        "+100 s  on, prompt",
        "+0 s  boot power-on, off",
    ]
    board.boot()
    assert board.log() == ["-0 s  boot power-on, off"]


def test_the_last_24_events_are_kept(board):
    for i in range(100):
        board.led.set(i % 2 == 0)
        board.run(1)
    log = board.log()
    assert len(log) == 24
    assert log[:2] == ["-1 s  off, prompt", "-2 s  on, prompt"] and log[-1].startswith("-24 s")
    assert len(machine.memory) <= 492


@pytest.mark.parametrize("what", [3, 7])
def test_the_longest_log_fits_into_one_response(board, what):
    for _ in range(24):
        board.event_log._seconds = 2_000_000_000
        board.event_log._note(what, 5, 1, 0)
    assert len(board.log()) == 24


def test_a_soft_reset_is_told_from_a_power_on(board):
    board.boot(cause=machine.PWRON_RESET, came=False)
    assert board.log()[0] == "-0 s  boot soft reset, off"


def test_the_network_that_goes_and_comes_back_is_noted_once_each(board):
    board.run(10)
    home = dict(network.air)
    network.air.clear()
    board.run(30)
    network.air.update(home)
    board.run(30)
    assert [line.split("  ")[1] for line in board.log()[:2]] == ["wifi back", "wifi lost"]
    assert len(board.log()) == 3


def test_each_connection_to_the_broker_and_each_loss_is_noted_once(monkeypatch):
    def tell(number, text):
        mqtt.state = text

    mqtt = types.SimpleNamespace(state="connecting", tell=tell)
    monkeypatch.setitem(sys.modules, "device.mqtt", mqtt)
    board = Board(monkeypatch).boot()
    for number, text in (
        (1, "broker name not found"),
        (2, "no answer"),
        (2, "no answer"),
        (0, "connected"),
        (4, "connection lost"),
        (5, "connected, but may not subscribe"),
        (4, "connection lost"),
        (3, "wrong user or password"),
    ):
        board.run(1)
        mqtt.tell(number, text)
    assert mqtt.state == "wrong user or password"
    assert board.log() == [
        "-0 s  broker login failed",
        "-1 s  broker connection lost",
        "-2 s  broker no subscription",
        "-3 s  broker connection lost",
        "-4 s  broker connected",
        "-6 s  broker no answer",
        "-7 s  broker name not found",
        "-8 s  boot power-on, off",
    ]


def test_the_time_is_right_where_the_counter_begins_anew(board):
    machine.now = (1 << 30) - 5000
    board.jobs[-1](machine.now)
    seconds = board.event_log._seconds
    board.run(20)
    assert board.event_log._seconds - seconds == 20


def test_damaged_memory_is_an_empty_log(board):
    machine.memory = machine.memory[:128] + b"\xff" * 196
    board.boot(cause=machine.EXCEPTION)
    told = [line.split("  ")[1] for line in board.log()]
    assert told == ["deploy 1a2b3c", "boot exception, off"]


def test_the_light_and_the_last_error_stay_as_they_are(board):
    board.rtc_state.record("WiFi: wrong password")
    board.led.set(True)
    board.rtc_state.load()
    assert board.rtc_state.light and board.rtc_state.last_error() == "WiFi: wrong password"

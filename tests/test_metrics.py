"""GET /metrics: what Prometheus reads of a switch."""

import importlib
import shutil
import subprocess
import sys
import types

import machine
import network
import pytest
from core_cases import LINES
from prometheus_client.parser import text_string_to_metric_families as families

import device

NAMES = (
    "switch_on switch_changes switch_uptime_seconds switch_heap_free_bytes switch_requests"
    " switch_rejected switch_crashes switch_info switch_wifi_rssi_dbm"
).split()


@pytest.fixture
def api(monkeypatch):
    """device.api, with the feature started."""
    machine.plug_in(monkeypatch)
    network.at_home()
    machine.now = 5000
    for name in ("led", "rtc_state", "api", "status", "metrics"):
        monkeypatch.delitem(sys.modules, "device." + name, raising=False)
        monkeypatch.delattr(device, name, raising=False)
    api, led, rtc_state, status, metrics = (
        importlib.import_module("device." + name)
        for name in ("api", "led", "rtc_state", "status", "metrics")
    )
    rtc_state.load()
    led.start(2, True)
    status.started = status.last = machine.now
    api.start("switch", "")
    metrics.start(None)
    return api


def get(api, method=b"GET"):
    """(head, body) of the answer."""
    response = bytes(api.handle(method + b" /metrics HTTP/1.1\r\n" + LINES + b"\r\n"))
    assert len(response) <= 1071
    head, body = response.decode().split("\r\n\r\n", 1)
    return head, body


def values(api):
    """Family -> its value, as Prometheus reads it."""
    return {f.name: f.samples[0].value for f in families(get(api)[1])}


def test_prometheus_reads_every_figure(api):
    machine.now += 61500
    device.led.set(True)
    device.led.set(True)
    device.led.toggle()
    device.led.set(True)
    api.count(0x32)
    api.count(0x34)
    found = values(api)
    assert sorted(found) == sorted(NAMES)
    assert found["switch_on"] == 1 and found["switch_changes"] == 3
    assert found["switch_uptime_seconds"] == 61 and found["switch_wifi_rssi_dbm"] == -52
    assert (found["switch_requests"], found["switch_rejected"]) == (1, 1)


def test_a_counter_says_that_it_is_one(api):
    for family in families(get(api)[1]):
        counts = family.samples[0].name.endswith("_total")
        assert family.type == ("counter" if counts else "unknown"), family


def test_the_content_type_is_the_one_that_prometheus_3_wants(api):
    head, _ = get(api)
    assert "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n" in head
    assert get(api, b"HEAD")[1] == ""


def test_without_wifi_the_signal_is_left_out(api):
    network.air.clear()
    assert "switch_wifi_rssi_dbm" not in values(api)


@pytest.mark.parametrize("connected", [True, False])
def test_mqtt_is_told_where_it_is_loaded(api, monkeypatch, connected):
    mqtt = types.SimpleNamespace(state="connected" if connected else "no answer")
    monkeypatch.setitem(sys.modules, "device.mqtt", mqtt)
    assert values(api)["switch_mqtt_connected"] == connected


def test_the_longest_names_and_figures_fit_into_one_response(api, monkeypatch):
    monkeypatch.setattr(sys, "version", 'x; "\\' * 200)
    monkeypatch.setattr(device.status, "_rounds", 1000)
    monkeypatch.setattr(device.metrics, "_changes", 1 << 29)
    monkeypatch.setattr(api, "requests", 1 << 30)
    monkeypatch.setattr(api, "rejected", 1 << 30)
    monkeypatch.setattr(machine, "cause", 6)
    monkeypatch.setitem(sys.modules, "device.mqtt", types.SimpleNamespace(state="connected"))
    (info,) = [f for f in families(get(api)[1]) if f.name == "switch_info"]
    assert info.samples[0].labels["firmware"] == sys.version.split("; ")[-1][:40]


def test_it_changes_nothing_and_other_methods_are_refused(api):
    get(api)
    assert "405" in get(api, b"POST")[0]
    assert not device.led.signal.value()


@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool (Debian: prometheus) here")
def test_promtool_finds_nothing_wrong_with_it(api, monkeypatch):
    monkeypatch.setitem(sys.modules, "device.mqtt", types.SimpleNamespace(state="connected"))
    check = ["promtool", "check", "metrics"]
    done = subprocess.run(check, input=get(api)[1], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")

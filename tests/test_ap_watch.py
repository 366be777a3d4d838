"""The access point goes when the network is back, and comes when that has been gone for long."""

import machine
import network
import pytest

from device import ap_watch, config, rtc_state, wifi


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)
    network.at_home()
    network.air.clear()
    monkeypatch.setattr(wifi, "ap_is_up", False)


@pytest.fixture
def settings():
    settings = config.Config()
    settings.WIFI_SSID, settings.WIFI_PASSWORD = "home", "correct horse"
    settings.HOSTNAME, settings.AP_PASSWORD = "lamp", "12345678"
    return settings


@pytest.fixture
def fallback(settings, monkeypatch):
    """The access point is up, for want of a network."""
    wifi.connect(settings)
    monkeypatch.setattr(ap_watch, "up", wifi.ap_is_up)
    monkeypatch.setattr(ap_watch, "_joined", None)


def come_back():
    """The network of the house is back, and the SDK has joined it."""
    network.air["home"] = "correct horse"
    machine.now += network.join_ms


def test_the_access_point_goes_when_the_network_is_back(fallback):
    ap_watch.sweep(0)
    assert network.active[1]
    come_back()
    ap_watch.sweep(0)
    assert not network.active[1]


def test_a_sweep_that_fails_is_made_up_for_by_the_next(fallback):
    come_back()
    network.broken.add("active")
    ap_watch.sweep(0)
    network.broken.clear()
    ap_watch.sweep(0)
    assert not network.active[1]


def test_an_access_point_that_is_gone_is_not_switched_again(fallback):
    come_back()
    ap_watch.sweep(0)
    network.calls.clear()
    ap_watch.sweep(0)
    assert network.calls == []


@pytest.fixture
def restarts(monkeypatch):
    """What the board's restarts are noted in."""
    restarts = []
    monkeypatch.setattr(machine, "reset", lambda: restarts.append(machine.now), raising=False)
    rtc_state.load()
    rtc_state.settle()
    return restarts


def minutes(count):
    """Sweeps for so long."""
    for _ in range(60 * count):
        machine.now += 1000
        ap_watch.sweep(machine.now)


def test_a_network_that_is_gone_for_two_minutes_brings_the_access_point(fallback, restarts):
    come_back()
    minutes(3)
    assert restarts == []
    network.air.clear()
    minutes(1)
    assert restarts == []
    minutes(2)
    assert restarts and "2 minutes" in rtc_state.last_error()


def test_a_router_that_restarts_in_time_restarts_nothing(fallback, restarts):
    come_back()
    for _ in range(3):
        minutes(1)
        network.air.clear()
        minutes(1)
        network.air["home"] = "correct horse"
    assert restarts == []


def test_without_any_network_the_board_does_not_restart_again_and_again(fallback, restarts):
    minutes(10)
    assert restarts == [] and ap_watch.up
    ap_watch.up = False  # it could not come up
    minutes(10)
    assert restarts == []


def test_safe_mode_is_not_ended_by_a_network_that_is_gone(fallback, restarts, monkeypatch):
    come_back()
    minutes(1)
    network.air.clear()
    monkeypatch.setattr(rtc_state, "settled", False)
    minutes(5)
    assert restarts == []

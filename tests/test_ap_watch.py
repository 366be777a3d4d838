"""The access point goes when the network is back, and comes when that has been gone for long."""

import machine
import network
import pytest

from device import ap_watch, rtc_state, wifi

pytestmark = pytest.mark.usefixtures("nothing_on_air")

WIFI = 15  # in RTC memory, see rtc_state.py


@pytest.fixture
def point(settings):
    """The access point is up, since the network was gone."""
    wifi.connect(settings, gone=True)
    ap_watch.start(wifi.ap_is_up)
    assert network.active[1]


def come_back():
    """The network of the house is back, and the SDK has joined it."""
    network.air["home"] = "correct horse"
    machine.now += network.join_ms


def test_the_access_point_goes_when_the_network_is_back(point):
    ap_watch.sweep(0)
    assert network.active[1]
    come_back()
    ap_watch.sweep(0)
    assert not network.active[1]


def test_a_sweep_that_fails_is_made_up_for_by_the_next(point):
    come_back()
    network.broken.add("active")
    ap_watch.sweep(0)
    network.broken.clear()
    ap_watch.sweep(0)
    assert not network.active[1]


def test_an_access_point_that_is_gone_is_not_switched_again(point):
    come_back()
    ap_watch.sweep(0)
    network.calls.clear()
    ap_watch.sweep(0)
    assert network.calls == []


@pytest.fixture
def restarts(monkeypatch, settings):
    """When the board has restarted, watched since it booted in its network."""
    restarts = []
    monkeypatch.setattr(machine, "reset", lambda: restarts.append(machine.now), raising=False)
    rtc_state.load()
    rtc_state.settle()
    come_back()
    wifi.connect(settings)
    ap_watch.start(wifi.ap_is_up)
    return restarts


def minutes(count):
    """Sweeps for so long."""
    for _ in range(60 * count):
        machine.now += 1000
        ap_watch.sweep(machine.now)


def test_a_network_that_is_gone_for_two_minutes_brings_the_access_point(restarts):
    minutes(3)
    assert restarts == []
    network.air.clear()
    minutes(1)
    assert restarts == [] and not rtc_state._bytes[WIFI]
    minutes(2)
    assert restarts and rtc_state._bytes[WIFI] == 1 and rtc_state.settled


def test_a_router_that_restarts_in_time_restarts_nothing(restarts):
    for _ in range(3):
        minutes(1)
        network.air.clear()
        minutes(1)
        network.air["home"] = "correct horse"
    assert restarts == []


def test_safe_mode_is_not_ended_by_a_network_that_is_gone(restarts, monkeypatch):
    network.air.clear()
    monkeypatch.setattr(rtc_state, "settled", False)
    minutes(5)
    assert restarts == []


def test_while_the_access_point_is_up_nothing_restarts(restarts):
    network.air.clear()
    ap_watch.up = True
    minutes(10)
    assert restarts == []

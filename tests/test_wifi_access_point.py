"""The access point: a way in for the owner while the network is away, never for strangers."""

import machine
import network
import pytest

from device import ap_watch, config, wifi

OURS = {"ssid": "lamp", "key": "12345678", "security": network.AUTH_WPA2_PSK}


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


def access_point():
    """The access point that strangers see, or None."""
    return dict(network.point) if network.active[1] else None


def test_the_access_point_comes_up_for_want_of_a_network(settings):
    assert wifi.connect(settings) == ("192.168.4.1", wifi._why(network.STAT_NO_AP_FOUND))
    assert access_point() == OURS
    assert network.active[0]  # or nobody would see the network come back


def test_the_access_point_is_never_up_with_what_was_stored_before(settings):
    wifi.connect(settings)
    names = [call[:2] for call in network.calls if call[0] == "config" or call[1:2] == (1,)]
    assert names == [("config", OURS), ("active", 1)]


def test_the_access_point_comes_up_where_the_sdk_configures_only_a_running_one(settings):
    network.refuses_while_off = True
    wifi.connect(settings)
    assert access_point() == OURS


def test_without_a_password_there_is_no_access_point(settings):
    settings.AP_PASSWORD = ""
    wifi.connect(settings)
    assert access_point() is None


def test_an_access_point_that_keeps_the_firmwares_password_is_switched_off(settings):
    network.deaf = True
    address, problem = wifi.connect(settings)
    assert address == "" and "access point" in problem
    assert access_point() is None


@pytest.mark.parametrize("off", [False, True])
def test_ctrl_c_leaves_no_access_point_half_configured(settings, monkeypatch, off):
    def interrupt(self, *what, **values):
        if what and self._if == 0:
            return "home"
        if off and not network.active[1]:
            raise OSError("not while it is off")
        raise KeyboardInterrupt

    monkeypatch.setattr(network.WLAN, "config", interrupt)
    with pytest.raises(KeyboardInterrupt):
        wifi.connect(settings)
    assert access_point() is None


@pytest.fixture
def fallback(settings, monkeypatch):
    """The access point is up, for want of a network."""
    monkeypatch.setattr(ap_watch, "_up", True)
    wifi.connect(settings)


def test_the_access_point_goes_when_the_network_is_back(fallback):
    ap_watch.sweep(0)
    assert access_point() == OURS
    network.air["home"] = "correct horse"
    ap_watch.sweep(0)
    assert access_point() is None


def test_a_sweep_that_fails_is_made_up_for_by_the_next(fallback):
    network.air["home"] = "correct horse"
    network.broken.add("active")
    ap_watch.sweep(0)
    network.broken.clear()
    ap_watch.sweep(0)
    assert access_point() is None


def test_an_access_point_that_is_gone_is_not_switched_again(fallback):
    network.air["home"] = "correct horse"
    ap_watch.sweep(0)
    network.calls.clear()
    ap_watch.sweep(0)
    assert network.calls == []

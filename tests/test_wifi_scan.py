"""Which networks are in reach: known before the access point comes up, for the setup page."""

import machine
import network
import pytest

from device import wifi

pytestmark = pytest.mark.usefixtures("nothing_on_air")


def scanned(settings, **options):
    wifi.connect(settings, **options)
    return [call for call in network.calls if call == ("scan",) or call[:2] == ("active", 1)]


def test_the_networks_in_reach_are_known_before_the_access_point_comes_up(settings):
    network.air.update({"far": "12345678", "near": "", "": "12345678"})
    network.signal.update(far=-88, near=-40)
    assert scanned(settings, gone=True) == [("scan",), ("active", 1, True)]
    assert settings.networks == ["near", "far"]


def test_a_boot_without_an_access_point_needs_no_scan(settings):
    assert scanned(settings) == []
    network.air["home"] = "correct horse"
    assert scanned(settings) == []


def test_where_the_network_is_gone_boot_does_not_wait_for_it_again(settings):
    start = machine.now
    wifi.connect(settings, gone=True)
    assert machine.now == start


def test_after_the_scan_the_station_goes_on_looking_for_its_network(settings):
    wifi.connect(settings, gone=True)
    assert network.station["joining"][0] == "home" and network.station["since"] is not None


def test_without_any_network_the_station_leaves_the_access_point_in_peace(settings):
    network.new_chip()
    network.active[1] = False
    settings.WIFI_SSID = ""
    assert wifi.connect(settings)[0] == "4.3.2.1"
    assert network.station["since"] is None


def test_a_scan_that_fails_costs_the_list_and_nothing_else(settings):
    network.broken.add("scan")
    assert wifi.connect(settings, gone=True)[0] == "4.3.2.1"
    assert network.active[1] and settings.networks == []


def test_a_name_that_is_no_text_is_left_out(settings, monkeypatch):
    rows = [(b"\xff\xfe", b"", 6, -40, 3, 0), ("caf\u00e9".encode(), b"", 6, -50, 3, 0)]
    monkeypatch.setattr(network.WLAN, "scan", lambda self: rows)
    wifi.connect(settings, gone=True)
    assert settings.networks == ["caf\u00e9"]


@pytest.fixture
def entered(settings):
    """By phone, the network "cabin" was entered, far from the one in webrepl_cfg.py."""
    network.air["cabin"] = "by the lake"
    network.stored[:] = ["cabin", "by the lake"]
    network.reset()
    machine.now += network.join_ms


def test_what_was_entered_by_phone_is_kept_away_from_the_network_in_the_settings(
    settings, entered
):
    assert wifi.connect(settings)[0] == "192.168.1.7"
    assert network.stored == ["cabin", "by the lake"]


def test_the_network_in_the_settings_counts_where_it_is_in_reach(settings, entered):
    network.air["home"] = "correct horse"
    assert wifi.connect(settings)[0] == "192.168.1.7"
    assert network.stored == ["home", "correct horse"]


def test_what_was_just_entered_is_kept_even_there(settings, entered):
    network.air["home"] = "changed"
    assert wifi.connect(settings, keep=True)[0] == "192.168.1.7"
    assert network.stored == ["cabin", "by the lake"]


def test_a_hidden_network_in_the_settings_is_tried_where_the_known_one_is_not_there(
    settings, entered
):
    network.air.clear()
    wifi.connect(settings)
    assert network.stored == ["home", "correct horse"]

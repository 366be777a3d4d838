"""WiFi: joined at each boot, without wearing the flash."""

import machine
import network
import pytest

from device import config, wifi

METHODS = "hostname active config connect disconnect status scan ifconfig isconnected".split()


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)
    network.at_home()
    monkeypatch.setattr(wifi, "ap_is_up", False)


@pytest.fixture
def settings():
    settings = config.Config()
    settings.WIFI_SSID, settings.WIFI_PASSWORD = "home", "correct horse"
    settings.HOSTNAME, settings.AP_PASSWORD = "lamp", ""
    return settings


def written():
    """What connect() had written to flash."""
    return [call[1:] for call in network.calls if call[0] == "connect" and call[1:]]


def test_a_known_network_is_joined_without_a_write_to_flash(settings):
    assert wifi.connect(settings) == ("192.168.1.7", "")
    assert network.calls == [("connect",)]


def test_the_router_lists_the_board_by_its_name(settings):
    wifi.connect(settings)
    assert network.station["name"] == "lamp"


def test_a_soft_reset_does_not_drop_the_connection(settings):
    wifi.connect(settings)
    network.calls.clear()
    assert wifi.connect(settings) == ("192.168.1.7", "")
    assert network.calls == []


def test_a_station_that_someone_disconnected_joins_again(settings):
    wifi.connect(settings)
    network.station["since"] = None
    assert wifi.connect(settings) == ("192.168.1.7", "")
    assert written() == []


def test_a_new_chip_joins_the_network_of_the_settings(settings):
    network.new_chip()
    network.active[1] = False
    network.air["home"] = "correct horse"
    assert wifi.connect(settings) == ("192.168.1.7", "")
    assert written() == [("home", "correct horse")]


def test_another_network_in_the_settings_is_joined(settings):
    network.air["office"] = "hello world"
    settings.WIFI_SSID, settings.WIFI_PASSWORD = "office", "hello world"
    assert wifi.connect(settings)[0] == "192.168.1.7"
    assert written() == [("office", "hello world")]


def test_another_network_is_joined_although_the_old_one_is_up(settings):
    wifi.connect(settings)
    network.air["office"] = "hello world"
    settings.WIFI_SSID, settings.WIFI_PASSWORD = "office", "hello world"
    assert wifi.connect(settings) == ("192.168.1.7", "")
    assert network.station["joining"] == ("office", "hello world")


def test_a_changed_password_is_tried_when_the_stored_one_fails(settings):
    network.air["home"] = settings.WIFI_PASSWORD = "changed"
    assert wifi.connect(settings)[0] == "192.168.1.7"
    assert written() == [("home", "changed")]


def test_a_changed_password_is_tried_when_the_router_does_not_say_why_it_refuses(settings):
    network.join_ms = 60000
    settings.WIFI_PASSWORD = "changed"
    wifi.connect(settings)
    assert written() == [("home", "changed")]


def test_a_wrong_password_costs_one_write_a_boot(settings):
    settings.WIFI_PASSWORD = "wrong"
    network.stored[1] = "wrong"
    assert wifi.connect(settings) == ("", wifi._why(network.STAT_WRONG_PASSWORD))
    assert len(written()) == 1


def test_a_router_that_is_off_costs_no_write(settings):
    network.air.clear()
    assert wifi.connect(settings) == ("", wifi._why(network.STAT_NO_AP_FOUND))
    assert written() == []


def test_a_name_of_32_bytes_is_recognised_although_the_firmware_reads_on(settings):
    settings.WIFI_SSID = "ü" * 16
    network.stored[0] = settings.WIFI_SSID
    network.air[settings.WIFI_SSID] = "correct horse"
    network.reset()
    assert wifi.connect(settings) == ("192.168.1.7", "")
    assert written() == []


def test_without_a_network_in_the_settings_the_remembered_one_is_joined(settings):
    settings.WIFI_SSID = settings.WIFI_PASSWORD = ""
    assert wifi.connect(settings) == ("192.168.1.7", "")
    network.air["home"] = "changed"
    assert wifi.connect(settings)[0] == ""
    assert written() == []


def test_without_any_network_the_radio_does_not_search_for_ever(settings):
    settings.WIFI_SSID = ""
    network.stored[:] = ["", ""]
    address, problem = wifi.connect(settings)
    assert address == "" and "WIFI_SSID" in problem
    assert network.active == [False, False]
    assert machine.now == 0


@pytest.mark.parametrize("start", [0, (1 << 30) - 3000])
def test_boot_waits_six_seconds_for_the_network_and_no_longer(settings, start):
    machine.now = start
    network.air.clear()
    network.reset()
    wifi.connect(settings)
    assert 6000 <= machine.now - start < 6200


@pytest.mark.parametrize("password", ["", "12345678"])
@pytest.mark.parametrize("in_reach", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_no_failing_call_keeps_the_board_from_booting(settings, method, in_reach, password):
    settings.AP_PASSWORD = password
    if not in_reach:
        network.air.clear()
    network.broken.add(method)
    address, problem = wifi.connect(settings)
    assert address in ("", "192.168.1.7", "192.168.4.1", "4.3.2.1")
    assert problem or address == "192.168.1.7"
    assert not network.active[1] or network.point["key"] == password

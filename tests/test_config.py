"""The settings: whatever webrepl_cfg.py holds, the board boots, and says what it could not use."""

import re
import sys
from pathlib import Path

import machine
import pytest

from device import config
from tools.settings_table import OPTIONAL

ROOT = Path(__file__).parent.parent
DEFAULTS = {
    "PASS": "",
    "WIFI_SSID": "",
    "WIFI_PASSWORD": "",
    "HOSTNAME": "switch",
    "AP_PASSWORD": "",
    "HTTP_PASSWORD": "",
    "LED_PIN": 2,
    "LED_ACTIVE_LOW": True,
}


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)


def values(settings):
    return {name: getattr(settings, name) for name in DEFAULTS}


def test_without_the_file_all_is_default_and_the_line_says_how_to_get_one(monkeypatch):
    monkeypatch.setitem(sys.modules, "webrepl_cfg", None)
    settings = config.load()
    assert values(settings) == DEFAULTS
    assert "webrepl_cfg.py.example" in settings.problem


def test_every_setting_may_be_left_out(load_config):
    settings = load_config("")
    assert values(settings) == DEFAULTS
    assert settings.problem == ""


def test_what_the_example_says_is_what_the_board_has(load_config):
    settings = load_config((ROOT / "webrepl_cfg.py.example").read_text())
    assert settings.problem == ""
    assert values(settings) == dict(
        DEFAULTS, PASS="changeme", WIFI_SSID="your-network", WIFI_PASSWORD="your-password"
    )


def test_the_example_explains_every_setting_and_no_other():
    text = (ROOT / "webrepl_cfg.py.example").read_text()
    explained = re.findall(r"(?<=\n)(?:# .+\n)+(\w+) = ", text)
    assert sorted(explained) == sorted(DEFAULTS)
    assert re.findall(r"^# (\w+) = ", text, re.M) == [setting.name for setting in OPTIONAL]
    assert re.findall(r"^(\w+) = ", text, re.M) == explained


def test_a_feature_is_on_when_its_first_setting_says_so_and_then_has_all_its_settings(load_config):
    settings = load_config("MQTT_HOST = '10.0.0.7'\nMQTT_USER = 'lamp'\n")
    assert (settings.problem, settings.features) == ("", ["mqtt"])
    assert (settings.MQTT_HOST, settings.MQTT_PORT) == ("10.0.0.7", 1883)
    assert (settings.MQTT_USER, settings.HA_DISCOVERY) == ("lamp", True)
    assert values(settings) == DEFAULTS


@pytest.mark.parametrize("source", ["", "MQTT_HOST = ''\n", "MQTT_PORT = 1884\nPASS = 'abcd'\n"])
def test_a_feature_that_is_off_costs_nothing(load_config, source):
    settings = load_config(source)
    assert (settings.problem, settings.features) == ("", [])
    assert not [name for name in dir(settings) if name.startswith("MQTT")]


@pytest.mark.parametrize("value", ["'1883'", "0", "65536", "True", "-1", "None"])
def test_a_number_out_of_its_range_is_reported_and_its_default_taken(load_config, value):
    settings = load_config(f"MQTT_HOST = 'a'\nMQTT_PORT = {value}\n")
    assert settings.problem == "webrepl_cfg.py: not as in the example: MQTT_PORT"
    assert settings.MQTT_PORT == 1883


@pytest.mark.parametrize(
    "name, value",
    [
        ("PASS", "abcd"),
        ("PASS", "abcdefghi"),
        ("WIFI_SSID", "x" * 32),
        ("WIFI_SSID", "Ünser Nëtz \\ \"'%"),
        ("WIFI_PASSWORD", "0" * 64),
        ("HOSTNAME", "x" * 32),
        ("HOSTNAME", "Lamp-2"),
        ("AP_PASSWORD", "12345678"),
        ("AP_PASSWORD", "x" * 63),
        ("HTTP_PASSWORD", "x"),
        ("LED_PIN", 16),
        ("LED_ACTIVE_LOW", False),
    ],
)
def test_what_the_firmware_takes_is_taken(load_config, name, value):
    settings = load_config(f"{name} = {value!r}")
    assert settings.problem == ""
    assert values(settings) == dict(DEFAULTS, **{name: value})


@pytest.mark.parametrize(
    "name, value",
    [
        ("PASS", "abc"),
        ("PASS", "abcdefghij"),
        ("PASS", 12345),
        ("PASS", None),
        ("PASS", b"secret"),
        ("WIFI_SSID", "x" * 33),
        ("WIFI_SSID", "ü" * 17),
        ("WIFI_SSID", 7),
        ("WIFI_PASSWORD", "x" * 65),
        ("HOSTNAME", "x" * 33),
        ("HOSTNAME", "my lamp"),
        ("HOSTNAME", "lamp."),
        ("HOSTNAME", "-lamp"),
        ("HOSTNAME", "lämp"),
        ("HOSTNAME", ["lamp"]),
        ("AP_PASSWORD", "1234567"),
        ("AP_PASSWORD", "x" * 64),
        ("AP_PASSWORD", "\0" * 8),
        ("WIFI_PASSWORD", "12345678\0"),
        ("WIFI_PASSWORD", "short"),
        ("WIFI_PASSWORD", "g" * 64),
        ("PASS", "tab\there"),
        ("HTTP_PASSWORD", "new\nline"),
        ("HOSTNAME", ""),
        ("LED_PIN", 0),
        ("LED_PIN", 1),
        ("LED_PIN", 6),
        ("LED_PIN", -2),
        ("LED_PIN", "2"),
        ("LED_PIN", 2.0),
        ("LED_PIN", True),
        ("LED_ACTIVE_LOW", 1),
        ("LED_ACTIVE_LOW", "no"),
    ],
)
def test_an_unfit_setting_is_named_and_the_others_are_used(load_config, name, value):
    others = {"PASS": "letmein", "WIFI_SSID": "home"}
    others.pop(name, None)
    settings = load_config("\n".join(f"{n} = {v!r}" for n, v in {**others, name: value}.items()))
    locked = {"HTTP_PASSWORD": settings.HTTP_PASSWORD} if name == "HTTP_PASSWORD" else {}
    assert values(settings) == dict(DEFAULTS, **others, **locked)
    assert settings.problem.split(";")[0].endswith(": " + name)
    assert "\n" not in settings.problem


def test_several_unfit_settings_are_all_named(load_config):
    assert load_config("PASS = 1\nLED_PIN = 99\n").problem.endswith(": PASS, LED_PIN")


def test_an_edited_file_counts_at_the_next_load(load_config):
    assert load_config('HOSTNAME = "one"').HOSTNAME == "one"
    assert load_config('HOSTNAME = "another"').HOSTNAME == "another"

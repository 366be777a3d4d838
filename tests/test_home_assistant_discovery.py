"""What is published for Home Assistant has keys and values that its documentation lists."""

import json

from device import home_assistant

ID = "switch-c0002a"
FIELDS = {"hostname": "lamp", "version": "1.0.0+0a1b2c3d", "ip": "192.168.1.7"}
# Abbreviation -> key, of the MQTT integration's page.
COMMON = {
    "~": "base topic",
    "uniq_id": "unique_id",
    "name": "name",
    "stat_t": "state_topic",
    "avty_t": "availability_topic",
    "dev": "device",
}
SWITCH = {**COMMON, "cmd_t": "command_topic"}
SENSOR = {
    **COMMON,
    "val_tpl": "value_template",
    "dev_cla": "device_class",
    "unit_of_meas": "unit_of_measurement",
    "ent_cat": "entity_category",
}
DEVICE = {"ids": "identifiers", "name": "name", "sw": "sw_version", "cu": "configuration_url"}


def entity(number):
    topic, text = home_assistant.entity(number, ID, FIELDS)
    assert len(text) <= 330
    return topic, json.loads(text)


def test_the_switch_is_the_device_s_main_entity():
    topic, config = entity(2)
    assert topic == "homeassistant/switch/switch-c0002a/config"
    assert set(config) == set(SWITCH) and set(config["dev"]) == set(DEVICE)
    assert config["name"] is None and config["uniq_id"] == ID
    assert config["dev"]["cu"] == "http://192.168.1.7/" and config["dev"]["name"] == "lamp"
    base = config["~"]
    assert base == "wifi-switch/" + ID
    topics = [config[key].replace("~", base) for key in ("cmd_t", "stat_t", "avty_t")]
    assert topics == [f"wifi-switch/{ID}/{name}" for name in ("set", "state", "status")]


def test_signal_and_uptime_are_diagnostics_of_the_same_device():
    for number, name, field, kind, unit in (
        (4, "signal", "rssi", "signal_strength", "dBm"),
        (8, "uptime", "uptime_s", "duration", "s"),
    ):
        topic, config = entity(number)
        assert topic == f"homeassistant/sensor/{ID}-{name}/config"
        assert set(config) == set(SENSOR)
        assert config["dev"] == {"ids": ID} and config["uniq_id"] == f"{ID}-{name}"
        assert config["val_tpl"] == "{{value_json.%s}}" % field
        assert (config["dev_cla"], config["unit_of_meas"]) == (kind, unit)
        assert config["ent_cat"] == "diagnostic" and config["stat_t"] == "~/info"

"""The settings of optional features. config.py imports this only if webrepl_cfg.py has more
settings than its own: so who uses none of the features pays for no names.
"""

# Rows as in config.py. The first setting of a feature turns it on, by any value but its default.
# made of tools/settings_table.py: begin (by `python -m tools.settings_texts`)
LIMITS = (
    ("mqtt", "MQTT_HOST", "", 1, 64, 0),
    ("mqtt", "MQTT_PORT", 1883, 1, 65535),
    ("mqtt", "MQTT_USER", "", 1, 32, 0),
    ("mqtt", "MQTT_PASSWORD", "", 1, 64, 0),
    ("mqtt", "HA_DISCOVERY", True, (False, True)),
    ("mdns", "MDNS", False, (False, True)),
)
# made of tools/settings_table.py: end

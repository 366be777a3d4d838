"""The settings of optional features. config.py imports this only if webrepl_cfg.py has more
settings than its own: so who uses none of the features pays for no names.
"""

# Feature (a module here), name, default, and what the value may be: as in config.py, or a number
# from the first to the second. The first setting of a feature turns it on.
# made of tools/settings_table.py: begin (by `python -m tools.settings_texts`)
OPTIONS = (
    ("mqtt", "MQTT_HOST", "", 1, 64, 0),
    ("mqtt", "MQTT_PORT", 1883, 1, 65535),
    ("mqtt", "MQTT_USER", "", 1, 32, 0),
    ("mqtt", "MQTT_PASSWORD", "", 1, 64, 0),
    ("mqtt", "HA_DISCOVERY", True, (False, True)),
)
# made of tools/settings_table.py: end

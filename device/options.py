"""The settings of optional features. config.py imports this only if webrepl_cfg.py has more
settings than its own: so who uses none of the features pays for no names.
"""

from micropython import const

_POWER_CAME = const(9)  # in RTC memory, see rtc_state.py

# Rows as in config.py. The first setting of a feature turns it on, by any value but its default.
# made of tools/settings_table.py: begin (by `python -m tools.settings_texts`)
LIMITS = (
    ("mqtt", "MQTT_HOST", "", 1, 64, 0),
    ("mqtt", "MQTT_PORT", 1883, 1, 65535),
    ("mqtt", "MQTT_USER", "", 1, 32, 0),
    ("mqtt", "MQTT_PASSWORD", "", 1, 64, 0),
    ("mqtt", "HA_DISCOVERY", True, (False, True)),
    ("auto_off", "AUTO_OFF_S", -1, -1, 86400),
    ("power_on", "POWER_ON", "off", ("off", "on", "last")),
    ("metrics", "METRICS", False, (False, True)),
    ("event_log", "EVENT_LOG", False, (False, True)),
    ("mdns", "MDNS", False, (False, True)),
)
# made of tools/settings_table.py: end


def start(settings):
    """See to what the features want of the light before it is set, at boot -> whether a timer
    that ran before this boot goes on.
    """
    from device import rtc_state

    if "power_on" in settings.features:
        on = settings.POWER_ON == "on"
        if on:
            settings.features.remove("power_on")  # this was all
        else:
            from device import power_on

            on = power_on.boot()
        if rtc_state._bytes[_POWER_CAME]:
            rtc_state.set_light(on)
    if "auto_off" not in settings.features:
        return False
    from device import auto_off

    auto_off.boot(settings)
    return True

"""The settings of optional features, a part of the table in settings_table.py.

Settings of one feature stand together; the first of them turns it on.
"""

from __future__ import annotations

from tools.setting import Setting

OPTIONAL = (
    Setting(
        "MQTT_HOST",
        "",
        "MQTT broker, a name or an address, - for none",
        "the MQTT broker: an IPv4 address or a name. With it, the switch is in Home Assistant "
        "by itself",
        "no MQTT",
        1,
        64,
        shown="192.168.1.5",
        feature="mqtt",
    ),
    Setting(
        "MQTT_PORT",
        1883,
        "its port",
        "the broker's port",
        "1883",
        1,
        65535,
        feature="mqtt",
    ),
    Setting(
        "MQTT_USER",
        "",
        "user name there, - for none",
        "the user name at the broker, at most 32 characters",
        "no user name",
        1,
        32,
        feature="mqtt",
    ),
    Setting(
        "MQTT_PASSWORD",
        "",
        "password there, - for none",
        "the password at the broker, at most 64 characters; it travels unencrypted",
        "no password",
        1,
        64,
        secret=True,
        feature="mqtt",
    ),
    Setting(
        "HA_DISCOVERY",
        True,
        "tell Home Assistant about the switch? y or n",
        "True if the switch announces itself to Home Assistant over MQTT",
        "True",
        choices=(False, True),
        feature="mqtt",
    ),
    Setting(
        "AUTO_OFF_S",
        -1,
        "seconds until the light goes off by itself, -1 for never",
        "the light goes off by itself so many seconds after each ON, up to 86400. With 0 it does "
        "only if a request asks for it (`for_s`)",
        "never",
        -1,
        86400,
        shown=600,
        feature="auto_off",
    ),
    Setting(
        "POWER_ON",
        "off",
        "light when power comes: off, on or last",
        'the light when power comes: "off", "on", or "last", which is as it was before. "last" '
        "needs firmware with ROMFS",
        "off",
        choices=("off", "on", "last"),
        shown="on",
        feature="power_on",
    ),
    Setting(
        "METRICS",
        False,
        "figures for Prometheus at /metrics? y or n",
        "True if `GET /metrics` has figures for Prometheus",
        "False",
        choices=(False, True),
        shown=True,
        feature="metrics",
    ),
    Setting(
        "EVENT_LOG",
        False,
        "a log of the last events at /log? y or n",
        "True if `GET /log` tells the last 24 events",
        "False",
        choices=(False, True),
        shown=True,
        feature="event_log",
    ),
    Setting(
        "MDNS",
        False,
        "find the board by its name (only for firmware with ROMFS)? y or n",
        "True if phones and PCs find the board as HOSTNAME.local (mDNS), and their lists of "
        "services have its page. It needs firmware with ROMFS",
        "False",
        choices=(False, True),
        shown=True,
        feature="mdns",
    ),
)

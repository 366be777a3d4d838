"""The table of the board's settings: only here are their names, defaults, limits and texts.

`make configure` asks these questions, and `make deploy` checks these limits. From this table,
`python -m tools.settings_texts` makes the example, the list in docs/commands.md and the board's
own limits.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from tools.setting import KEY, NAME, NAMES, Setting
from tools.settings_optional import OPTIONAL

# Not 0, the button; not 1 and 3, the serial port; not 6 to 11, the flash chip.
_PINS = (2, 4, 5, 12, 13, 14, 15, 16)

TABLE = (
    # What the SDK stores: a name of 32 bytes, a password of 64.
    Setting(
        "WIFI_SSID",
        "",
        "WiFi network to join",
        "the network to join, 2.4 GHz: at most 32 characters",
        "the network that the board remembers, if any",
        1,
        32,
        shown="your-network",
    ),
    Setting(
        "WIFI_PASSWORD",
        "",
        "its password, 8 to 63, - if it is open",
        "the password of that network, 8 to 63 characters, or its key of 64 hex digits",
        "an open network",
        8,
        63,
        KEY,
        secret=True,
        shown="your-password",
    ),
    # The limit of DHCP's name and of an access point's.
    Setting(
        "HOSTNAME",
        "switch",
        "name of the board on the network",
        "the board's name on the network: letters, digits and inner hyphens, at most 32",
        "switch",
        1,
        32,
        NAME,
    ),
    Setting(
        "HOST_NAMES",
        "",
        "",
        "more names under which the switch is reached, as a router or a reverse proxy gives them, "
        "with spaces between them; `make configure` does not ask for them",
        "only HOSTNAME, and that in the local domains",
        1,
        255,
        NAMES,
        shown="switch.fritz.box switch.example.org",
    ),
    # The limit of webrepl_setup.py and modwebrepl.c.
    Setting(
        "PASS",
        "",
        "WebREPL password, 4 to 9, - for no WebREPL",
        "the password for WebREPL, the prompt over WiFi: 4 to 9 characters",
        "WebREPL stays off",
        4,
        9,
        secret=True,
        shown="changeme",
    ),
    Setting(
        "HTTP_PASSWORD",
        "",
        "password of the web page, - for none",
        "the password for the page and the API, at most 64 characters; the user name may be "
        "anything",
        "no password",
        1,
        64,
        secret=True,
    ),
    # WPA2's rule.
    Setting(
        "AP_PASSWORD",
        "",
        "own WiFi if that fails, - for none",
        "the password, 8 to 63 characters, of the board's own access point (WPA2), which has "
        "the name of HOSTNAME. It has the setup page, and starts if no network is known, or the "
        "known one has been gone for 2 minutes",
        "no access point",
        8,
        63,
        secret=True,
    ),
    Setting(
        "LED_PIN",
        2,
        "GPIO of the light or relay",
        "the pin of the light or relay: 2, 4, 5, 12, 13, 14, 15 or 16",
        "2, the blue LED of most modules",
        choices=_PINS,
        warning="Mains voltage kills: read docs/wiring-and-flashing.md before you connect a "
        "relay.",
    ),
    Setting(
        "LED_ACTIVE_LOW",
        True,
        "is it on while that pin is low? y or n",
        "True if the light is on while the pin is low, as the blue LED is",
        "True",
        choices=(False, True),
    ),
    # The stock WebREPL has it, too.
    Setting(
        "BASE",
        "",
        "",
        "where the WebREPL page loads its client from, a URL; `make configure` does not ask for "
        "it",
        "micropython.org",
        1,
        255,
    ),
    *OPTIONAL,
)
BY_NAME = {setting.name: setting for setting in TABLE}
DEFAULTS = {setting.name: setting.default for setting in TABLE}
ASKED = tuple(setting for setting in TABLE if setting.question)
BASE = tuple(setting for setting in TABLE if not setting.feature)


def switch_of(setting: Setting) -> Setting:
    """The setting that turns on the feature of `setting`: the first of the table that has it."""
    return next(s for s in OPTIONAL if s.feature == setting.feature)


def is_used(setting: Setting, values: Mapping[str, object]) -> bool:
    """Whether a board with these values reads it: it has no feature, or one that is on."""
    if not setting.feature:
        return True
    first = switch_of(setting)
    return values[first.name] != first.default


def meant(name: str) -> str:
    """Return the setting that the unknown `name` most likely means; "" for none."""
    close = difflib.get_close_matches(name.upper().replace("-", "_"), BY_NAME, 1, 0.75)
    return close[0] if close else ""


def is_like_a_password(name: str) -> bool:
    """Whether the unknown `name` may be meant to protect something; device/config.py agrees."""
    return any(part in name.lower() for part in ("pas", "pw", "http"))

"""`make run SETUP=1`: a board that knows no network, with two in reach, and a flash of its own."""

import os

from tools import settings

from .hardware.air import Air

NETWORKS = {"home": "correct horse", "cafe": ""}
_SETTINGS = {"WIFI_SSID": "", "WIFI_PASSWORD": "", "AP_PASSWORD": "set me up"}


def is_on() -> bool:
    """Whether that is wanted."""
    return os.environ.get("SETUP") not in (None, "", "0")


def settings_text(text: str) -> str:
    """The `text` of a webrepl_cfg.py, without a network."""
    return settings.render(text, _SETTINGS)


def air() -> Air:
    """The networks in reach."""
    return Air(dict(NETWORKS))

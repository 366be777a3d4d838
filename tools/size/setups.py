"""The boards that are measured while they serve: their settings, and their budgets of heap."""

from __future__ import annotations

from typing import NamedTuple


class Setup(NamedTuple):
    """Lines of webrepl_cfg.py beside the base's, and bytes of heap that may be kept with them;
    None where they are not meant to fit.
    """

    what: str
    settings: str
    files: int | None
    rom: int


# An optional feature adds a line. A budget goes up only with a reason in the commit.
# 32-bit bytes as measured. By the factor of 1.23 between this build and the chip that was assumed
# first, 22,000 of the chip would be 27,060 here, and 9,500 would be 11,685. The bundle shows no
# such factor, so the budgets are just above what it keeps. A change that keeps nothing may move a
# figure by 100 to 200, because stale words in memory hold objects. So there is room of some 150.
_MQTT = 'MQTT_HOST = "192.168.1.5"\n'
_ALL = _MQTT + "MDNS = True\nAUTO_OFF_S = 0\nMETRICS = True\nEVENT_LOG = True\n"
SETUPS = (
    Setup("base", "", files=22_660, rom=10_020),
    # With the pool of names that MQTT's open: 1,948.
    Setup("MQTT", _MQTT, files=31_760, rom=15_300),
    # Files have no room for all of them: tools/deploy/fit.py.
    Setup("all features", _ALL, files=None, rom=20_800),
)

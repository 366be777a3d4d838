"""Check that a board's firmware and heap have room for the features that its settings turn on."""

from __future__ import annotations

from tools.errors import UserError
from tools.settings import read
from tools.settings_table import DEFAULTS, OPTIONAL, is_used, switch_of

# Bytes of heap that a feature takes if its modules are files, from `make size` and docs/limits.md.
# They include the next pool of names, 2 KB, if the feature alone opens it.
_BYTES = {
    "mqtt": 8_900,
    "mdns": 6_500,
    "event_log": 3_900,
    "auto_off": 3_200,
    "metrics": 1_600,
    "power_on": 0,
}
# Some 14,000 bytes are free without any feature. The rest must be enough for a session of WebREPL,
# a deploy and requests: if features take more than this, pages or deploys fail.
_ROOM = 6_600
_CURE = "flash firmware with ROMFS (`make flash`; 2 MiB of flash or more)"


def check(source: str, has_rom: bool) -> None:
    """UserError if settings, the text of a webrepl_cfg.py, need more than the board has."""
    if has_rom:
        return
    values = DEFAULTS | {k: v for k, v in read(source).items() if k in DEFAULTS}
    if values["POWER_ON"] == "last":
        raise UserError(
            'POWER_ON = "last" needs firmware with ROMFS, which this board does not have',
            f'choose "on" or "off", or {_CURE}',
        )
    on = {switch_of(s).name: _BYTES[s.feature] for s in OPTIONAL if is_used(s, values)}
    if sum(on.values()) > _ROOM:
        names = " and ".join(sorted(on, key=on.__getitem__, reverse=True))
        too = "needs" if len(on) == 1 else "together need"
        raise UserError(
            f"{names} {too} more memory than this board has, whose firmware is without ROMFS",
            f"leave {'it' if len(on) == 1 else 'one'} out of webrepl_cfg.py, or {_CURE}",
        )

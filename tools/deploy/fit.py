"""Check that a board's firmware and heap have room for the features that its settings turn on."""

from __future__ import annotations

from tools.errors import UserError
from tools.settings import read
from tools.settings_table import DEFAULTS, OPTIONAL, is_used, switch_of

# Bytes of heap of a feature whose modules are files, without the pool of names, 2 KB, that any of
# them opens. `make size` fails where it measures something else.
BYTES = {
    "mqtt": 7_200,
    "mdns": 5_000,
    "event_log": 4_600,
    "auto_off": 3_300,
    "metrics": 1_600,
    "power_on": 100,
}
# What is left has to do for a session of WebREPL, a deploy and requests. On the virtual board, a
# deploy of every file over WiFi works with 4,900 bytes of features (11,700 of 64 bits are free),
# and runs out of memory with 5,000 (10,000 free).
_ROOM = 4_950
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
    on = {switch_of(s).name: BYTES[s.feature] for s in OPTIONAL if is_used(s, values)}
    if sum(on.values()) > _ROOM:
        names = " and ".join(sorted(on, key=on.__getitem__, reverse=True))
        too = "needs" if len(on) == 1 else "together need"
        raise UserError(
            f"{names} {too} more memory than this board has, whose firmware is without ROMFS",
            f"leave {'it' if len(on) == 1 else 'one'} out of webrepl_cfg.py, or {_CURE}",
        )

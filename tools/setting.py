"""What a setting is, and what its value may be; settings_table.py has the settings themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

Value = str | int | bool

# What a text may be, beside its length in bytes. The board's reader judges alike.
TEXT = ""  # anything without control characters; empty means "not set"
NAME = "name"  # a host name; never empty
NAMES = "names"  # host names with spaces between them; may be empty
KEY = "key"  # as TEXT, or a WPA key of 64 hex digits


@dataclass(frozen=True)
class Setting:
    """A name in webrepl_cfg.py. A value is one of `choices`; or a number from `least` to `most`;
    or a text of that many bytes.

    `about` and `absent` (what an absent or empty value means) are for people. `make configure`
    asks the question; without one, the setting is left to those who edit the file.

    `feature` is the module of device/ that the setting belongs to. The first setting of a feature
    turns it on, by any value but its default; while it is off, the board does not load the module.
    """

    name: str
    default: Value
    question: str
    about: str
    absent: str
    least: int = 0
    most: int = 0
    kind: str = TEXT
    choices: tuple[Value, ...] = ()
    secret: bool = False
    shown: Value | None = None  # in the example, where that is not the default
    warning: str = ""  # a line of its own in the example
    feature: str = ""


def fault(setting: Setting, value: object) -> str:
    """Say what is wrong with `value` for this setting, to follow its name; "" for nothing.

    The text does not contain the value, which may be a secret. device/config.py judges alike.
    """
    if setting.choices:
        fits = type(value) is type(setting.choices[0]) and value in setting.choices
        return "" if fits else "must be one of " + ", ".join(map(str, setting.choices))
    if isinstance(setting.default, int):
        fits = type(value) is int and setting.least <= value <= setting.most
        return "" if fits else f"must be a number from {setting.least} to {setting.most}"
    if not isinstance(value, str):
        return 'must be a text in quotes: "..."'
    return _fault_of_text(setting, value)


def _fault_of_text(setting: Setting, value: str) -> str:
    if any(0xD800 <= ord(c) < 0xE000 for c in value):
        return "must be valid UTF-8"
    if setting.kind == NAME:
        pattern = "[A-Za-z0-9]([A-Za-z0-9-]{0,%d}[A-Za-z0-9])?" % (setting.most - 2)
        if not re.fullmatch(pattern, value):
            return f"must be letters, digits and inner hyphens, 1 to {setting.most} of them"
    if setting.kind == NAMES and not re.fullmatch("[A-Za-z0-9. -]*", value):
        return "must be host names with spaces between them, without ports"
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        return "has a control character, which no login can type"
    if setting.kind == KEY and re.fullmatch("[0-9A-Fa-f]{64}", value):
        return ""
    size = len(value.encode())
    if not value or setting.least <= size <= setting.most:
        return ""
    key = " or be 64 hex digits" if setting.kind == KEY else ""
    length = f"{setting.least} to {setting.most} characters (bytes of UTF-8){key}"
    return f"must have {length}; it has {size}"

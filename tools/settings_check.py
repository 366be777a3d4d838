"""Check a webrepl_cfg.py before it goes onto a board."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tools.errors import UserError
from tools.setting import Value, fault
from tools.settings import CONFIG, Binding, bindings
from tools.settings_table import BY_NAME, DEFAULTS, is_like_a_password, meant


def check(source: str) -> list[str]:
    """Return warnings about the text of a webrepl_cfg.py, a line each.

    UserError, with all that is wrong, if the board would refuse a setting, or if a name is so much
    like a setting's that this must have been meant.
    """
    values, wrong, warnings = dict(DEFAULTS), [], []
    for binding in bindings(source):
        name = binding.name
        if name in DEFAULTS or name == "*":
            if reason := _reason(binding, values):
                name = "a setting" if name == "*" else name
                wrong.append(f"{name} {reason} (line {binding.line})")
        elif binding.value is not None and not name.startswith("_"):
            said = f"{name} (line {binding.line}) is no setting"
            if nearest := meant(name):
                wrong.append(f"{said}: {nearest} may be meant")
            elif is_like_a_password(name):
                wrong.append(f"{said}, but it looks like a password")
            else:
                warnings.append(f"{CONFIG}: {said}; begin names of your own with _")
    if wrong:
        raise UserError(f"{CONFIG}: {', '.join(wrong)}", "correct it, or run `make configure`")
    if warning := unreachable(values):
        warnings.append(warning)
    return warnings


def unreachable(values: Mapping[str, Value]) -> str:
    """Warn if a board with these settings may be in no network; "" if not."""
    if values["WIFI_SSID"] or values["AP_PASSWORD"]:
        return ""
    webrepl = "" if values["PASS"] else ", and WebREPL is off"
    return (
        "WIFI_SSID and AP_PASSWORD are empty: unless the board remembers a network, nobody can "
        f"reach the switch{webrepl}"
    )


def _reason(binding: Binding, values: dict[str, Value]) -> str:
    """Say what is wrong with a setting; if nothing is (""), put its value into `values`."""
    value = None
    try:
        value = ast.literal_eval(binding.value) if binding.value else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        if not isinstance(binding.value, ast.Name):  # that is a text without its quotes, or `true`
            return "is not a plain value"
    if not binding.value:
        return "is not a plain value"
    reason = fault(BY_NAME[binding.name], value)
    if not reason:
        values[binding.name] = value
    return reason

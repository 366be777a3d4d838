"""Ask for the settings of webrepl_cfg.py and write it, readable by its owner only."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import socket
import sys
from pathlib import Path

from tools import join_code
from tools.errors import UserError, main
from tools.setting import Setting, Value, fault
from tools.settings import CONFIG, EXAMPLE, known, render, write
from tools.settings_check import unreachable
from tools.settings_table import ASKED, is_used, switch_of

_NONE = "-"  # the answer that empties a setting: Enter alone keeps it
_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")


def parse(setting: Setting, answer: str) -> Value:
    """Turn `answer` into a value; raise ValueError with the reason if it does not fit."""
    value: Value = answer
    if isinstance(setting.default, bool):
        if answer.lower() not in _YES + _NO:
            raise ValueError("must be y or n")
        value = answer.lower() in _YES
    elif isinstance(setting.default, int) and re.fullmatch("-?[0-9]{1,5}", answer):
        value = int(answer)
    if reason := fault(setting, value):
        raise ValueError(reason)
    return value


def ask(setting: Setting, current: Value) -> Value:
    """Ask on the terminal until an answer fits, and return it; Enter alone keeps `current`."""
    kept = ("y" if current else "n") if isinstance(current, bool) else str(current)
    shown = "unchanged" if setting.secret and kept else kept or "none"
    if setting.name == "AP_PASSWORD" and not kept:
        kept = shown = random_password()
    prompt = f"{setting.name}: {setting.question} [{shown}]: "
    while True:
        try:
            answer = (getpass.getpass if setting.secret else input)(prompt) or kept
            return parse(setting, "" if answer == _NONE else answer)
        except ValueError as error:
            print("  " + _reason(error))


def random_password() -> str:
    """A password to propose for the access point, without letters that look alike."""
    letters = "".join(secrets.choice("abcdefghkmnpqrstuvwxyz23456789") for _ in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _reason(error: Exception) -> str:
    """Say why an answer or a file was refused, without quoting its content."""
    if isinstance(error, OSError):
        return str(error.strerror)
    return "must be valid UTF-8" if isinstance(error, UnicodeError) else str(error)


def from_environment() -> dict[str, Value]:
    """Return the settings of the environment; UserError if one does not fit."""
    values = {}
    for setting in ASKED:
        answer = os.environ.get(setting.name)
        if setting.name == "HOSTNAME" and answer == socket.gethostname():
            continue  # shells and containers put the PC's own name there
        if answer is not None:
            try:
                values[setting.name] = parse(setting, answer)
            except ValueError as error:
                what = f"{setting.name} in the environment {_reason(error)}"
                raise UserError(what, f"correct it ({CONFIG} is as it was)") from None
    if not values:
        names = ", ".join(setting.name for setting in ASKED)
        cure = f"set in the environment any of {names}; values with $ go in front of make"
        raise UserError("not a terminal, so nobody to ask", f"{cure}: PASS='...' make configure")
    return values


def run() -> None:
    """Ask for each setting, or take them from the environment without a terminal; write them."""
    file, source = CONFIG, ""
    values = {setting.name: setting.default for setting in ASKED}
    try:
        if CONFIG.exists():
            source = CONFIG.read_text(encoding="utf-8-sig")
            values = known(source, values)
        elif EXAMPLE.exists():
            file = EXAMPLE
            source = EXAMPLE.read_text(encoding="utf-8")  # for its comments
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {file} ({_reason(error)})", "correct that") from None
    if sys.stdin.isatty():
        print(f"Settings for {CONFIG}. Enter keeps what is in brackets, {_NONE} empties it.")
        try:
            for setting in ASKED:
                if is_used(setting, values) or switch_of(setting) is setting:
                    values[setting.name] = ask(setting, values[setting.name])
        except EOFError:
            raise UserError("no more answers", f"start over ({CONFIG} is as it was)") from None
    else:
        values.update(from_environment())
    write(CONFIG, render(source, values))
    print(f"{CONFIG} is written, and only you can read it. Next: make deploy")
    if warning := unreachable(values):
        print(f"warning: {warning}")
    join_code.show(values)
    if path := os.environ.get("QR"):
        join_code.save(values, Path(path))


if __name__ == "__main__":
    main(run)

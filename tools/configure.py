"""Ask for the settings of webrepl_cfg.py and write it, readable by its owner only."""

from __future__ import annotations

import getpass
import os
import re
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tools.errors import UserError, main
from tools.settings import CONFIG, EXAMPLE, Value, known, render, write

_NONE = "-"  # the answer that empties a setting: Enter alone keeps it
_PINS = (2, 4, 5, 12, 13, 14, 15, 16)  # 0: the button; 1, 3: the prompt; 6 to 11: the flash chip


def text(low: int, high: int) -> Callable[[str], str]:
    """A check for SETTINGS: empty, or `low` to `high` bytes without control characters."""

    def check(answer: str) -> str:
        size = len(answer.encode())
        if any(ord(c) < 32 or ord(c) == 127 for c in answer):
            raise ValueError("has a control character, which no login can type")
        if answer and not low <= size <= high:
            raise ValueError(f"must have {low} to {high} characters (bytes of UTF-8), not {size}")
        return answer

    return check


def wifi_password(answer: str) -> str:
    """A check for SETTINGS: empty, 8 to 63 bytes, or the key made of them as 64 hex digits."""
    if re.fullmatch("[0-9A-Fa-f]{64}", answer):
        return answer
    size = len(answer.encode())
    if answer and not 8 <= size <= 63:
        what = "must have 8 to 63 characters (bytes of UTF-8) or be 64 hex digits"
        raise ValueError(f"{what}; it has {size}")
    return text(8, 63)(answer)


def hostname(answer: str) -> str:
    """A check for SETTINGS: a name for DNS, no longer than the firmware takes."""
    if not re.fullmatch("[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?", answer):
        raise ValueError("must be letters, digits and inner hyphens, 1 to 32 of them")
    return answer


def pin(answer: str) -> int:
    """A check for SETTINGS: the number of a GPIO that can be spared."""
    if answer not in map(str, _PINS):
        raise ValueError("must be one of " + ", ".join(map(str, _PINS)))
    return int(answer)


def yes_no(answer: str) -> bool:
    """A check for SETTINGS: y or n, or as Python writes it."""
    if answer.lower() not in ("y", "yes", "true", "n", "no", "false"):
        raise ValueError("must be y or n")
    return answer.lower() in ("y", "yes", "true")


@dataclass(frozen=True)
class Setting:
    """A name in webrepl_cfg.py. `check` turns an answer into its value or raises ValueError."""

    name: str
    question: str
    check: Callable[[str], Value]
    default: Value = ""
    secret: bool = False


SETTINGS = (
    Setting("WIFI_SSID", "WiFi network to join", text(1, 32)),
    Setting("WIFI_PASSWORD", "its password, 8 to 63, - if it is open", wifi_password, secret=True),
    Setting("HOSTNAME", "name of the board on the network", hostname, "switch"),
    Setting("PASS", "WebREPL password, 4 to 9, - for no WebREPL", text(4, 9), secret=True),
    Setting("HTTP_PASSWORD", "password of the web page, - for none", text(1, 64), secret=True),
    Setting("AP_PASSWORD", "own WiFi if that fails, - for none", text(8, 63), secret=True),
    Setting("LED_PIN", "GPIO of the light or relay", pin, 2),
    Setting("LED_ACTIVE_LOW", "is it on while that pin is low? y or n", yes_no, True),
)


def ask(setting: Setting, current: Value) -> Value:
    """The user's answer on the terminal, asked for until it fits; Enter alone keeps `current`."""
    kept = ("y" if current else "n") if isinstance(current, bool) else str(current)
    shown = "unchanged" if setting.secret and kept else kept or "none"
    prompt = f"{setting.name}: {setting.question} [{shown}]: "
    while True:
        try:
            answer = (getpass.getpass if setting.secret else input)(prompt) or kept
            return setting.check("" if answer == _NONE else answer)
        except ValueError as error:
            print("  " + _reason(error))


def _reason(error: Exception) -> str:
    """What to say of a refused answer or file: nothing of its content."""
    if isinstance(error, OSError):
        return str(error.strerror)
    return "must be valid UTF-8" if isinstance(error, UnicodeError) else str(error)


def from_environment() -> dict[str, Value]:
    """The settings that the environment has, checked; UserError at one that does not fit."""
    values = {}
    for setting in SETTINGS:
        answer = os.environ.get(setting.name)
        if setting.name == "HOSTNAME" and answer == socket.gethostname():
            continue  # shells and containers put the PC's own name there
        if answer is not None:
            try:
                values[setting.name] = setting.check(answer)
            except ValueError as error:
                what = f"{setting.name} in the environment {_reason(error)}"
                raise UserError(what, f"correct it ({CONFIG} is as it was)") from None
    if not values:
        names = ", ".join(setting.name for setting in SETTINGS)
        cure = f"set in the environment any of {names}; values with $ go in front of make"
        raise UserError("not a terminal, so nobody to ask", f"{cure}: PASS='...' make configure")
    return values


def run() -> None:
    """Ask for each setting, or without a terminal take them from the environment; write them."""
    file, source = CONFIG, ""
    values = {setting.name: setting.default for setting in SETTINGS}
    try:
        if CONFIG.exists():
            source = CONFIG.read_text(encoding="utf-8")
            values = known(source, values)
        elif EXAMPLE.exists():
            file = EXAMPLE
            source = EXAMPLE.read_text(encoding="utf-8")  # for its comments
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {file} ({_reason(error)})", "correct that") from None
    if sys.stdin.isatty():
        print(f"Settings for {CONFIG}. Enter keeps what is in brackets, {_NONE} empties it.")
        try:
            values = {setting.name: ask(setting, values[setting.name]) for setting in SETTINGS}
        except EOFError:
            raise UserError("no more answers", f"start over ({CONFIG} is as it was)") from None
    else:
        values.update(from_environment())
    write(CONFIG, render(source, values))
    print(f"{CONFIG} is written, for your eyes only. Next: make deploy")


if __name__ == "__main__":
    main(run)

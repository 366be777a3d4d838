"""WebREPL's password of a board: the PC's settings may have one that the board does not have yet.

The password that opened a board is kept in build/passwords/, readable by its owner only, so that a
new PASS can be deployed over WiFi.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from tools import inputs, settings
from tools.board import running
from tools.errors import UserError
from tools.paths import ROOT
from tools.virtual_board import passwords

FOLDER = ROOT / "build" / "passwords"


def candidates(host: str) -> list[str]:
    """List the passwords that may open `host`, the likeliest first; UserError if there is none."""
    if (image := running.image(host)) and (password := passwords.of(image)):
        return [password]
    text = inputs.read_text(inputs.config_file(virtual=False))
    found = [settings.read(text).get("PASS"), os.environ.get("OLD_PASS"), _kept(host)]
    texts = [password for password in found if isinstance(password, str) and password]
    if not texts:
        raise UserError("PASS is not set in webrepl_cfg.py", "set it with `make configure`")
    return list(dict.fromkeys(texts))


def keep(host: str, password: str) -> None:
    """Remember that `password` opened `host`."""
    if password == _kept(host) or running.image(host):
        return
    with contextlib.suppress(OSError):  # then the user is asked when it is needed
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = _path(host)
        path.unlink(missing_ok=True)
        with open(path, "x", encoding="utf-8", opener=_private) as file:
            file.write(password)


def _kept(host: str) -> str:
    try:
        return _path(host).read_text("utf-8")
    except (OSError, ValueError):
        return ""


def _path(host: str) -> Path:
    return FOLDER / host.lower()  # split() has checked that it is an address


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

"""WebREPL's password in a flash image: a random one, wherever it would be the example's."""

import secrets
from pathlib import Path

from tools import settings
from tools.errors import UserError
from tools.inputs import read_text

from . import image

ROOT = Path(__file__).resolve().parents[2]
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 O o, no 1 I l
_LENGTH = 9  # all that WebREPL takes
_FILE = f"/{settings.CONFIG}"


def own(text: str, password: str = "") -> str:
    """The `text` of a webrepl_cfg.py, with `password` in place of the example's; that empty, with
    a random one. A password of the user's own stays.
    """
    if not is_examples(text):
        return text
    return settings.render(text, {"PASS": password or _random()})


def is_examples(text: str) -> bool:
    """Whether the `text` of a webrepl_cfg.py has the example's password, which everybody knows."""
    return settings.read(text).get("PASS") == _example()


def of(path: Path) -> str:
    """The password in the image at `path`; "" for none. UserError where it cannot be read."""
    text = image.read(path).get(_FILE, b"").decode(errors="replace")
    try:
        password = settings.read(text).get("PASS")
    except UserError:
        return ""  # the board cannot read it either
    return password if isinstance(password, str) else ""


def shown(path: Path) -> str:
    """What to show of the image's password: nothing where it is that of the user's settings."""
    password = of(path)
    return "" if password == settings.read(settings_text()).get("PASS") else password


def settings_text() -> str:
    """The user's webrepl_cfg.py, or the example. UserError where it cannot be read."""
    config = ROOT / settings.CONFIG
    return read_text(config if config.exists() else ROOT / settings.EXAMPLE)


def renew(path: Path) -> None:
    """Replace the example's password in the image at `path`, which no board may be using."""
    if of(path) == _example():
        image.replace(path, _FILE, own(image.read(path)[_FILE].decode()).encode())


def _example() -> object:
    return settings.read((ROOT / settings.EXAMPLE).read_text()).get("PASS")


def _random() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))

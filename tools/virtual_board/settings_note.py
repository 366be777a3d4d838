"""A flash image keeps its settings: says so where webrepl_cfg.py has others by now."""

from pathlib import Path

from tools import settings
from tools.inputs import read_text
from tools.paths import ROOT

from . import image, passwords


def note(path: Path, address: str) -> str:
    """What to say of the image at `path`, of the board whose WebREPL is at `address`; or ""."""
    config = ROOT / settings.CONFIG
    if not config.exists():
        return ""
    wanted = passwords.own(read_text(config), passwords.of(path)).encode()
    if image.read(path).get(f"/{settings.CONFIG}") == wanted:
        return ""
    return (
        f"{settings.CONFIG} has changed, and this flash keeps its own settings; "
        f"`make deploy HOST={address}` in another terminal takes them over"
    )

"""A flash keeps what another variant of the firmware ran from: says so, and what to do."""

from pathlib import Path

from tools import rom

from . import image
from .hardware.flash import VARIANTS


def note(path: Path, variant: str, port: str) -> str:
    """What to say of the flash at `path`, of the board at the serial port `port`; or ""."""
    files = image.read(path)
    has_rom, has_image = bool(VARIANTS[variant].rom_size), rom.RECORD in files
    if has_image and not has_rom:
        what = "this flash has device/ in an image, which only firmware with ROMFS runs"
    elif has_rom and not has_image and any(map(rom.in_image, files)):
        what = "this flash has device/ as files, as firmware without ROMFS needs it"
    else:
        return ""
    return f"{what}; `make deploy PORT={port}` in another terminal changes that"

"""The firmware for `make flash` without FIRMWARE=: found on micropython.org, kept in build/."""

from __future__ import annotations

import contextlib
import os
import re
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

from tools.errors import UserError
from tools.flash_image import check_image
from tools.paths import ROOT

SITE = "https://micropython.org"
CACHE = ROOT / "build" / "firmware"
_PAGE = "/download/ESP8266_GENERIC/"
_FILES = "/resources/firmware/"
# A release. A preview has more behind its version: v1.28.0-preview.12.g0123456789.
_NAME = r"ESP8266_GENERIC-{}-\d{{8}}-v(\d+)\.(\d+)(?:\.(\d+))?\.bin"
# Used if the page shows no version that we know.
_KNOWN = "ESP8266_GENERIC-{}-20251209-v1.27.0.bin"
_TIMEOUT = 20  # s, for each read
_LARGEST = 2 << 20  # bytes: nothing larger is firmware
_FAILURES = (URLError, HTTPException, OSError, ValueError)
_MIB = 1 << 20


def fetch(flash_size: int) -> bytes:
    """The newest stable firmware for a flash chip of that many bytes. UserError."""
    if flash_size < _MIB:
        raise UserError(
            "no MicroPython with files fits less than 1 MiB of flash", "take another board"
        )
    variant = "FLASH_2M_ROMFS" if flash_size >= 2 * _MIB else "FLASH_1M"
    known = _KNOWN.format(variant)
    name = _newest(variant, _page()) or _newest(variant, " ".join([known, *_cached()]))
    with contextlib.suppress(UserError):  # it is not there, or damaged
        return check_image(CACHE / name)
    print(f"downloading {SITE}{_FILES}{name}", flush=True)
    return _download(name)


def _page() -> str:
    # The download page, or "" if it cannot be fetched: a file from before may do.
    try:
        return _read(_PAGE).decode("utf-8", "replace")
    except _FAILURES:
        return ""


def _cached() -> list[str]:
    return [path.name for path in CACHE.glob("*.bin")]


def _newest(variant: str, text: str) -> str:
    # The name in `text` that has the highest version; "" if there is none.
    found = re.finditer(_NAME.format(variant), text)
    return max(((_version(x), x[0]) for x in found), default=((), ""))[1]


def _version(name: re.Match) -> tuple[int, ...]:
    return tuple(int(number or 0) for number in name.groups())


def _download(name: str) -> bytes:
    CACHE.mkdir(parents=True, exist_ok=True)
    part = CACHE / f"{name}.part"
    try:
        part.write_bytes(_read(_FILES + name))
        data = check_image(part)
        os.replace(part, CACHE / name)
    except _FAILURES as error:
        why = getattr(error, "reason", error)
        raise UserError(f"cannot fetch {SITE}{_FILES}{name} ({why})", "see above") from error
    finally:
        part.unlink(missing_ok=True)
    return data


def _read(path: str) -> bytes:
    request = Request(SITE + path, headers={"User-Agent": "make flash"})
    with urlopen(request, timeout=_TIMEOUT) as response:
        data = response.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError("too long")
    return data

"""The check of a firmware file before `make flash` erases the board."""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path

from esptool.bin_image import LoadFirmwareImage
from esptool.loader import ESPLoader
from esptool.logger import log
from esptool.targets import ESP8266ROM, ROM_LIST
from esptool.util import FatalError

from tools.errors import UserError

DOWNLOAD = "https://micropython.org/download/ESP8266_GENERIC/"

_RIGHT_FILE = f"get the .bin from {DOWNLOAD} (make flash alone fetches it)"

# MICROPY_HW_BOARD_NAME of the variant for the smallest chips (ports/esp8266).
_NO_FILE_SYSTEM = b"ESP module (512K) with ESP8266"

# The first line of the prompt (MICROPY_BANNER_NAME_AND_VERSION in py/mpconfig.h); and the first
# version with all that device/ calls: network.WLAN.IF_STA.
_BANNER = re.compile(rb"MicroPython (?:\(with v2\.0 preview\) )?v(\d+)\.(\d+)")
_OLDEST = (1, 23)

# MicroPython has its length here. At that offset follows the MD5 of all but the first four bytes,
# which flashing may change (ports/esp8266/makeimg.py; esp.check_fw() reads both).
_LENGTH_AT, _HASHED_FROM = 0x8FFC, 4
_MIB = 1 << 20


def check_image(path: Path) -> bytes:
    """Read `path`; UserError unless it is a whole ESP8266 image to be flashed at 0."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path} ({error.strerror})", "correct FIRMWARE=") from error
    wrong = _what_is_wrong(data)
    if wrong:
        raise UserError(f"{path} {wrong} (the board was not touched)", _RIGHT_FILE)
    return data


def _what_is_wrong(data: bytes) -> str:
    """Why no ESP8266 can run `data`, to be read after the file's name; "" if one can."""
    if not data:
        return "is empty"
    if data.startswith(b"\x7fELF"):
        return "is an ELF file, not the flash image made from it"
    if data[:256].lstrip().startswith(b"<"):
        return "is a web page, saved in place of the firmware"
    if data[0] != ESPLoader.ESP_IMAGE_MAGIC:
        return f"is not an ESP8266 image (it starts with 0x{data[0]:02x}, not 0xe9)"
    if len(data) >= 16 and not _in_memory(struct.unpack_from("<I", data, 8)[0]):
        return f"is an image for {_other_chip(data)}, not for the ESP8266"
    log.set_verbosity("silent")  # it would warn of odd segments on top of the error
    try:
        image = LoadFirmwareImage("esp8266", data)
        intact = image.checksum == image.calculate_checksum() and _matches_own_hash(data)
    except (FatalError, struct.error, TypeError):  # TypeError: the file ends before its checksum
        intact = False
    finally:
        log.set_verbosity("auto")
    if not intact:
        return "is damaged or cut short"
    if _NO_FILE_SYSTEM in data:
        return "is the FLASH_512K variant, which has no file system"
    return _what_cannot_run_the_bundle(data)


def _what_cannot_run_the_bundle(data: bytes) -> str:
    oldest = "the switch needs MicroPython {}.{} or later".format(*_OLDEST)
    if b"CircuitPython" in data:
        return f"is CircuitPython: {oldest}"
    version = _BANNER.search(data)
    if version and tuple(map(int, version.groups())) < _OLDEST:
        return f"is MicroPython {version[1].decode()}.{version[2].decode()}: {oldest}"
    return ""


def _in_memory(address: int) -> bool:
    return any(start <= address < end for start, end, _name in ESP8266ROM.MEMORY_MAP)


def _other_chip(data: bytes) -> str:
    """The chip that the image is for, by the chip id at 12 in the header of every later chip."""
    chip_id = struct.unpack_from("<H", data, 12)[0]
    names = {rom.IMAGE_CHIP_ID: rom.CHIP_NAME for rom in ROM_LIST}
    return names.get(chip_id, "another chip")


def _matches_own_hash(data: bytes) -> bool:
    """False for MicroPython cut short; the image's own checksum stops before 36 KiB."""
    if len(data) < _LENGTH_AT + 4:
        return False  # other firmware is not that small either
    length = struct.unpack_from("<I", data, _LENGTH_AT)[0]
    if not _LENGTH_AT < length <= _MIB:
        return True  # other firmware has something else there
    return data[length : length + 16] == hashlib.md5(data[_HASHED_FROM:length]).digest()

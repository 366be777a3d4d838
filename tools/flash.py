"""Put the MicroPython firmware onto a board: check the file, erase, write, verify (esptool)."""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from pathlib import Path

import serial
from esptool.bin_image import LoadFirmwareImage
from esptool.cmds import (
    attach_flash,
    detect_chip,
    detect_flash_size,
    reset_chip,
    run_stub,
    write_flash,
)
from esptool.loader import ESPLoader
from esptool.logger import log
from esptool.targets import ESP8266ROM, ROM_LIST
from esptool.util import FatalError, flash_size_bytes

from tools import ports
from tools.errors import UserError, main

DOWNLOAD = "https://micropython.org/download/ESP8266_GENERIC/"

GUIDE = f"""\
MicroPython for the ESP8266 is at {DOWNLOAD}
Take the newest release (.bin) that fits the board's flash chip:
  2 MiB and more  (ESP-12, NodeMCU, D1 mini)   the standard one
  1 MiB           (ESP-01S, Sonoff)            variant FLASH_1M
  512 KiB         (old ESP-01, blue)           none: MicroPython has no file system there"""

NEXT = """\
Firmware written and verified. Next:
  take GPIO0 off ground and reset the board (a NodeMCU or D1 mini: press RST)
  make configure
  make deploy"""

_RIGHT_FILE = f"get the .bin from {DOWNLOAD} (make flash alone says which one)"
_FLASH_MODE = (
    "connect GPIO0 to ground, reset the board and run the same command again; if that does not "
    "help: swap RX and TX, EN to 3.3 V, a supply that gives 300 mA"
)

_MIB = 1 << 20
# How a variant names itself (MICROPY_HW_BOARD_NAME in ports/esp8266), and the flash that it needs
# to have a file system, in bytes.
_VARIANTS = {b"ESP module with ESP8266": 2 * _MIB, b"ESP module (1M) with ESP8266": _MIB}
_NO_FILE_SYSTEM = b"ESP module (512K) with ESP8266"

# MicroPython notes its length here; that far into the file follows the MD5 of all but the first
# four bytes, which flashing may change (ports/esp8266/makeimg.py; esp.check_fw() reads them).
_LENGTH_AT, _HASHED_FROM = 0x8FFC, 4

# MicroPython cannot write the radio's calibration beyond, and without it WiFi stays off
# (docs/esp8266/tutorial/intro.rst, "Boards with more than 4MB").
_REACHABLE = "4MB"


def check_image(path: Path) -> bytes:
    """The content of `path`; UserError unless it is a whole ESP8266 image to be flashed at 0."""
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
    return ""


def _in_memory(address: int) -> bool:
    return any(start <= address < end for start, end, _name in ESP8266ROM.MEMORY_MAP)


def _other_chip(data: bytes) -> str:
    """Whose image it is, by the chip id that every later chip's header has at 12."""
    chip_id = struct.unpack_from("<H", data, 12)[0]
    names = {rom.IMAGE_CHIP_ID: rom.CHIP_NAME for rom in ROM_LIST}
    return names.get(chip_id, "another chip")


def _matches_own_hash(data: bytes) -> bool:
    """False for MicroPython cut short; the image's own checksum stops at 36 KiB."""
    if len(data) < _LENGTH_AT + 4:
        return True
    length = struct.unpack_from("<I", data, _LENGTH_AT)[0]
    if not _LENGTH_AT < length <= _MIB:
        return True  # other firmware has something else there
    return data[length : length + 16] == hashlib.md5(data[_HASHED_FROM:length]).digest()


def flash(data: bytes, port: str) -> None:
    """Erase the board on `port`, write the image `data` at 0, verify it on the chip, reset."""
    with ports.open_port(port) as line:
        try:
            chip = run_stub(_connect(line))
            attach_flash(chip)
            data = _for_flash_size(data, detect_flash_size(chip))
            write_flash(chip, [(0, data)], erase_all=True, no_progress=not sys.stdout.isatty())
            reset_chip(chip)
        except FatalError as error:
            reason = str(error).rstrip(".!")
            raise UserError(f"flashing failed ({reason})", _FLASH_MODE) from error
        except ports.LOST as error:
            print()  # esptool leaves its line of dots open
            raise UserError(f"lost {port} while flashing", f"plug it in, {_FLASH_MODE}") from error


def _connect(line: serial.SerialBase) -> ESPLoader:
    """The ESP8266 in flash mode at the other end of `line`."""
    try:
        chip = detect_chip(line, ports.BAUD)
    except FatalError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        what = f"the board on {line.port} does not answer in flash mode ({reason})"
        raise UserError(what, _FLASH_MODE) from error
    if chip.CHIP_NAME != ESP8266ROM.CHIP_NAME:
        what = f"the board on {line.port} has an {chip.CHIP_NAME}, not an ESP8266"
        raise UserError(what, "name the right one with PORT=")
    return chip


def _for_flash_size(data: bytes, size: str | None) -> bytes:
    """`data` with the chip's flash size (esptool's name, None if unknown) in its header.

    Not left to write_flash(flash_size=), which takes an ESP8266 image whose 24th byte happens to
    be 1 for one with a SHA-256 appended, and then fails (esptool 5.6).
    UserError if the firmware needs more flash than that.
    """
    size = size or _REACHABLE
    present = flash_size_bytes(size)
    needed = next((need for name, need in _VARIANTS.items() if name in data), len(data))
    if present < needed:
        what = f"this firmware needs {needed >> 10} KiB of flash, the board has {present >> 10}"
        small = f"get the variant FLASH_1M from {DOWNLOAD}"
        raise UserError(what, small if present >= _MIB else "take a board with 1 MiB or more")
    if present > flash_size_bytes(_REACHABLE):
        print(f"Of the {size} flash MicroPython gets {_REACHABLE}: all it can use WiFi with")
        size = _REACHABLE
    return data[:3] + bytes([ESP8266ROM.FLASH_SIZES[size] | data[3] & 0x0F]) + data[4:]


def run() -> None:
    """Flash FIRMWARE to PORT or the only board; without FIRMWARE say where to get it."""
    firmware = os.environ.get("FIRMWARE")
    if not firmware:
        print(GUIDE)
        raise UserError("no firmware given", "run make flash FIRMWARE=path/to/the/file.bin")
    data = check_image(Path(firmware).expanduser())
    flash(data, ports.find())
    print(NEXT)


if __name__ == "__main__":
    main(run)

"""Put the MicroPython firmware onto a board: check the file, erase, write, verify (esptool).

Environment: PORT, FIRMWARE. Without FIRMWARE, the file that fits the board's flash is downloaded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import serial
from esptool.cmds import (
    attach_flash,
    detect_chip,
    detect_flash_size,
    reset_chip,
    run_stub,
    write_flash,
)
from esptool.loader import ESPLoader
from esptool.targets import ESP8266ROM
from esptool.util import FatalError, flash_size_bytes

from tools import ports
from tools.errors import UserError, main
from tools.flash_download import fetch
from tools.flash_image import DOWNLOAD, check_image

GUIDE = f"""\
MicroPython for the ESP8266 is at {DOWNLOAD}
Take the newest release (.bin) that fits the board's flash chip:
  2 MiB and more  (ESP-12, NodeMCU, D1 mini)   variant FLASH_2M_ROMFS
  1 MiB           (ESP-01S, Sonoff)            variant FLASH_1M
  512 KiB         (old ESP-01, blue)           none: MicroPython has no file system there"""

NEXT = """\
Firmware written and verified. Next:
  take GPIO0 off ground and reset the board (a NodeMCU or D1 mini: press RST)
  make configure
  make deploy"""

_FLASH_MODE = (
    "connect GPIO0 to ground, reset the board and run the same command again; if that does not "
    "help: swap RX and TX, EN to 3.3 V, a supply that gives 300 mA"
)

_MIB = 1 << 20
# How a variant names itself (MICROPY_HW_BOARD_NAME in ports/esp8266), and the bytes of flash with
# which it has a file system.
_VARIANTS = {b"ESP module with ESP8266": 2 * _MIB, b"ESP module (1M) with ESP8266": _MIB}

_ROMFS = b"FLASH_2M_ROMFS"  # in the name of the build (sys.implementation._build)

# MicroPython cannot write the radio's calibration above it, and without that WiFi stays off
# (docs/esp8266/tutorial/intro.rst, "Boards with more than 4MB").
_REACHABLE = "4MB"


def flash(choose: Callable[[int], bytes], port: str) -> None:
    """Erase the board on `port`, write an image at 0, verify it on the chip, reset.

    choose(bytes of flash on the board) returns the image, before anything is erased.
    """
    with ports.open_port(port) as line:
        try:
            chip = run_stub(_connect(line))
            attach_flash(chip)
            size = detect_flash_size(chip) or _REACHABLE
            data = _for_flash_size(choose(flash_size_bytes(size)), size)
            if _ROMFS in data:
                print("This firmware has ROMFS: after `make deploy` the code runs from flash")
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


def _for_flash_size(data: bytes, size: str) -> bytes:
    """`data` with the chip's flash size (esptool's name for it) in its header.

    write_flash(flash_size=) cannot do it: if the 24th byte of an ESP8266 image happens to be 1, it
    assumes that a SHA-256 is appended, and fails (esptool 5.6).
    UserError if the firmware needs more flash than that.
    """
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
    """Flash FIRMWARE, or else what is downloaded, to PORT or the only board."""
    if firmware := os.environ.get("FIRMWARE"):
        data = check_image(Path(firmware).expanduser())
        flash(lambda size: data, ports.find())
    else:
        flash(_download, ports.find())
    print(NEXT)


def _download(size: int) -> bytes:
    try:
        return fetch(size)
    except UserError as error:
        print(GUIDE)
        what, _, _ = str(error).partition("; ")
        raise UserError(what, "run make flash FIRMWARE=path/to/the/file.bin") from error


if __name__ == "__main__":
    main(run)

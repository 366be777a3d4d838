"""Flash images for tests, made with esptool's own classes."""

import hashlib
import os
import struct

from esptool.bin_image import ELFSection, ESP8266ROMFirmwareImage, ImageSegment

# What a variant of MicroPython calls itself.
STANDARD = b"ESP module with ESP8266"
SMALL = b"ESP module (1M) with ESP8266"
NEW = b"MicroPython v1.29.0"


def bootable(size: int = 3000, byte_23: int = 1) -> bytes:
    """An image as the ROM loads it, made by esptool: code for IRAM and data for DRAM."""
    image = ESP8266ROMFirmwareImage()
    image.entrypoint = 0x40100000
    # esptool 5.6 takes a 1 in byte 23 of the file for the mark of an appended SHA-256.
    image.segments = [
        ImageSegment(0x40100000, bytes(7) + bytes([byte_23]) + os.urandom(size)),
        ImageSegment(0x3FFE8000, os.urandom(800)),
    ]
    return image.save(None)[1]


def micropython(name: bytes = STANDARD, byte_23: int = 1, system: bytes = NEW) -> bytes:
    """Firmware laid out as MicroPython's makeimg.py does it, with the name of a variant."""
    body = bootable(byte_23=byte_23).ljust(0x8FFC, b"\xff")
    rest = os.urandom(30000) + system + b" on 2026-07-05; " + name
    body += struct.pack("<I", 0x9000 + len(rest)) + rest
    return body + hashlib.md5(body[4:]).digest()


def other_chip(kind: type, chip_id: int) -> bytes:
    """An image of another chip's kind (a class of esptool.bin_image)."""
    image = kind()
    image.chip_id = chip_id
    image.segments = [ELFSection(b".data", 0x3FFB0000, bytes(64), 0)]
    return image.save(None)

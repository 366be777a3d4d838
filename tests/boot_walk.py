"""Runs on MicroPython: boots flash contents on which power was cut, one after the other.

    boot_walk.py image operations sets

`image` is the flash before the first of `operations`, which are address and size (4 bytes each,
little-endian) and data; size 0 erases a sector. Power goes in the middle of each of them, and once
after it. Then the boot.py that is there runs as the firmware runs it. Prints for each content
"walk: " and the set of files that it is left with: a name in `sets`, JSON of name -> path ->
SHA-256 in hex, or else what there is.
"""

import binascii
import hashlib
import json
import os
import sys

from uos import VfsLfs2, mount, umount

SECTOR = 4096
STAGED = "/.deploy/"
MANIFEST = "/.deploy/manifest"


class Reset(BaseException):
    """machine.reset()."""


class Machine:
    """The module, as far as what finishes a deploy needs it."""

    @staticmethod
    def reset():
        raise Reset


class Flash:
    """The whole flash, in memory, and the block device of its files: as in hardware/flash.py."""

    files, sectors = 0x100000, 763

    def __init__(self, content):
        self.content = memoryview(bytearray(content))

    def readblocks(self, n, buf, off=0):
        at = self.files + n * SECTOR + off
        buf[:] = self.content[at : at + len(buf)]

    def writeblocks(self, n, buf, off=0):
        self.change(self.files + n * SECTOR + off, buf)

    def ioctl(self, op, arg):
        if op == 4:
            return self.sectors
        if op == 5:
            return SECTOR
        if op == 6:
            self.change(self.files + arg * SECTOR, b"")
        return 0

    def change(self, at, data, half=False):
        """Program or, without data, erase: what tools/virtual_board/hardware/flash.py does."""
        size = (len(data) or SECTOR) // (2 if half else 1)
        if not data:
            self.content[at : at + size] = ERASED[:size]
            return
        for i in range(size):
            self.content[at + i] &= data[i]


def boot():
    """Run boot.py, again after each reset."""
    while True:
        try:
            with open("/boot.py") as f:
                exec(f.read(), {})
            return
        except Reset:
            pass


def hashes(folder=""):
    """Path -> SHA-256 of all files but what is staged."""
    found = {}
    for name, kind, *_ in os.ilistdir(folder or "/"):
        path = folder + "/" + name
        if kind == 0x4000:
            found.update(hashes(path))
        elif path == MANIFEST or not path.startswith(STAGED):
            with open(path, "rb") as f:
                found[path] = binascii.hexlify(hashlib.sha256(f.read()).digest()).decode()
    return found


def image_is_whole(flash):
    """Whether the image that /device.rom names first, where there is one, is in flash."""
    try:
        f = open("/device.rom")  # noqa: SIM115
    except OSError:
        return True
    with f:
        start, length, digest = f.readline().split()
    image = flash.content[ROM + int(start) :][: int(length)]
    return binascii.hexlify(hashlib.sha256(image).digest()).decode() == digest


def outcome(content, sets):
    """What `content` is left with after the next boot."""
    flash = Flash(content)
    mount(VfsLfs2(flash, readsize=32, progsize=32, lookahead=32), "/")
    try:
        boot()
        found = hashes()
        whole = image_is_whole(flash)
    finally:
        umount("/")
    if not whole:
        return "an image in flash that is damaged"
    for name, files in sets.items():
        if found == files:
            return name
    return "neither, but " + str(found)


def operations(path):
    """(address, data) of each."""
    with open(path, "rb") as f:
        while head := f.read(8):
            size = int.from_bytes(head[4:], "little")
            yield int.from_bytes(head[:4], "little"), f.read(size)


def main(image, path, sets):
    with open(image, "rb") as f:
        flash = Flash(f.read())
    with open(sets) as f:
        sets = json.loads(f.read())
    todo = list(operations(path))
    umount("/")
    # Only a recorded deploy is of interest: what boot.py imports besides is not there, and passed
    # over as on a board that lacks it.
    sys.path[:] = []
    sys.modules["machine"] = Machine
    for at, data in todo:
        cut = Flash(flash.content)
        cut.change(at, data, half=True)
        print("walk:", outcome(cut.content, sets))
        flash.change(at, data)
        print("walk:", outcome(flash.content, sets))


ROM = 0xB0000  # where ROMFS's partition begins
ERASED = b"\xff" * SECTOR
main(*sys.argv[1:])

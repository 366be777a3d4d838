"""Runs on MicroPython: boots a board with ROMFS on which a byte of an image in flash is damaged.

    rom_walk.py image damages

`image` is the flash, `damages` JSON: a list of [address, bits that flip]. For each, the firmware
mounts what lies at the start of ROMFS's partition, as the chip does before boot.py, and boot.py
runs. Prints "walk: ", the SHA-256 of /device/led.mpy then, or "none", and whether boot.py said
that an image is damaged. A hang or a crash ends the lines.
"""

import binascii
import hashlib
import json
import sys

import uos
import vfs

SECTOR = 4096
FILES, SECTORS = 0x100000, 763
ROM, ROM_SIZE = 0xB0000, 0x50000


class Flash:
    """The block device of the files, read from the image; boot.py writes nothing here."""

    def __init__(self, image):
        self.image = image

    def readblocks(self, n, buf, off=0):
        self.image.seek(FILES + n * SECTOR + off)
        self.image.readinto(buf)

    def writeblocks(self, n, buf, off=0):
        raise OSError(30)  # EROFS

    def ioctl(self, op, arg):
        if op == 4:
            return SECTORS
        return SECTOR if op == 5 else 0


def boot(flash):
    """As the firmware does: mount, then run boot.py -> what that leaves at /device."""
    uos.mount(uos.VfsLfs2(flash, readsize=32, progsize=32, lookahead=32), "/")
    try:
        vfs.mount(vfs.VfsRom(Vfs.rom_ioctl(2, 0)), "/rom")
    except OSError:
        pass  # what is damaged is no file system
    sys.path[:] = ["", "/rom", "/rom/lib"]
    said.clear()
    with open("/boot.py") as f:
        exec(f.read(), {"print": lambda *words: said.append(" ".join(map(str, words)))})
    try:
        with open("/device/led.mpy", "rb") as f:
            return binascii.hexlify(hashlib.sha256(f.read()).digest()).decode()
    except OSError:
        return "none"
    finally:
        for _, path in vfs.mount():
            vfs.umount(path)
        for name in list(sys.modules):
            if name.split(".")[0] == "device":
                del sys.modules[name]


class Vfs:
    """The module, as far as boot.py needs it."""

    VfsRom, mount, umount = vfs.VfsRom, vfs.mount, vfs.umount

    @staticmethod
    def rom_ioctl(*_):
        return memoryview(partition)


said = []
image = open(sys.argv[1], "rb")  # noqa: SIM115
flash = Flash(image)
partition = bytearray(ROM_SIZE)
image.seek(ROM)
image.readinto(partition)
with open(sys.argv[2]) as f:
    damages = json.load(f)
uos.umount("/")
sys.modules["vfs"] = Vfs
for at, bits in damages:
    partition[at - ROM] ^= bits
    left = boot(flash)
    partition[at - ROM] ^= bits
    print("walk:", left, any("damaged" in line for line in said))

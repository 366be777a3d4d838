"""What a deploy asks the board, sent to it as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs. The heap of a
switch that serves has few pieces of more than 1 KB: so each allocates 512 bytes at most at once,
and prints as it goes; and so does compiling it, where nothing is nested deeply (64 rules of the
grammar). An answer is a line of JSON, or a line for each item.
"""


def survey():
    """[version of .mpy files, whether a deploy was committed and not finished, whether the
    firmware has ROMFS].
    """
    import json
    import os
    import sys

    import vfs

    pending = True
    try:
        os.rename("/.deploy/commit", "/.deploy/commit")  # see boot.py
    except OSError:
        pending = False
    mpy = getattr(sys.implementation, "_mpy", 0) & 0xFF
    rom = hasattr(vfs, "rom_ioctl")
    answer = [mpy, pending, rom]
    json.dump(answer, sys.stdout)


def manifest(path="/.deploy/manifest"):
    """Print what is in it, whatever that is, in hex; nothing where there is no such file."""
    import binascii

    try:
        f = open(path, "rb")  # noqa: SIM115
    except OSError:
        return
    part = f.read(64)
    while part:
        raw = binascii.hexlify(part)
        text = raw.decode()
        print(text)
        part = f.read(64)
    f.close()


def hashes(folder, names):
    """Print "<SHA-256 in hex> <path>" for each of these files, "<errno> <path>" where none
    can be opened. `names` has "/" between two.
    """
    import binascii
    import hashlib

    buf = bytearray(256)
    view = memoryview(buf)
    for name in names.split("/"):
        path = folder + name
        try:
            f = open(path, "rb")  # noqa: SIM115
        except OSError as e:
            print(e.errno, path)
            continue
        digest = hashlib.sha256()
        n = f.readinto(buf)
        while n:
            part = view[:n]
            digest.update(part)
            n = f.readinto(buf)
        f.close()
        raw = digest.digest()
        text = binascii.hexlify(raw).decode()
        print(text, path)


def images():
    """Print the size of ROMFS's partition, then each line of /device.rom whose image is whole."""
    import binascii
    import hashlib

    import vfs

    memory = vfs.rom_ioctl(2, 0)
    print(len(memory))
    try:
        f = open("/device.rom")  # noqa: SIM115
    except OSError:
        return
    for line in f:
        try:
            start, size, digest = line.split()
            part = memory[int(start) :]
            part = part[: int(size)]
        except ValueError:
            continue
        raw = hashlib.sha256(part).digest()
        text = binascii.hexlify(raw).decode()
        if text == digest:
            print(line[:-1])
    f.close()


def digest(start, size):
    """Print the SHA-256, in hex, of what lies there in ROMFS's partition."""
    import binascii
    import hashlib

    import vfs

    part = vfs.rom_ioctl(2, 0)[start:]
    raw = hashlib.sha256(part[:size]).digest()
    text = binascii.hexlify(raw).decode()
    print(text)


def inside(start, size):
    """Print "<SHA-256 in hex> <name>" for each file in the folder device of the image that lies
    there in ROMFS's partition, mounted or not.
    """
    import binascii
    import hashlib

    import vfs

    part = vfs.rom_ioctl(2, 0)[start:]
    image = vfs.VfsRom(part[:size])
    for entry in image.ilistdir("/device"):
        name = entry[0]
        f = image.open("/device/" + name, "rb")
        raw = hashlib.sha256(f).digest()
        text = binascii.hexlify(raw).decode()
        print(text, name)


def on_top():
    """Print the names in the folder /device of the flash, which lie on top of the image's."""
    import vfs

    for mounted in vfs.mount():
        if mounted[1] == "/":
            system = mounted[0]
    try:
        found = system.ilistdir("/device")
    except OSError:
        return
    for entry in found:
        print(entry[0])


def names(folder="/.deploy"):
    """Print the name of each file and folder in `folder`."""
    import os

    for name in os.listdir(folder):
        print(name)

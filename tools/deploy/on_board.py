"""What runs on the board during a deploy, sent as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs. The heap of a
switch that serves has few pieces of more than 1 KB: so each allocates 512 bytes at most at once,
and prints as it goes; and so does compiling it, where nothing is nested deeply (64 rules of the
grammar). An answer is a line of JSON, or a line for each item.
"""


def survey():
    """[version of .mpy files, whether a deploy was committed and not finished]."""
    import json
    import os
    import sys

    pending = True
    try:
        os.rename("/.deploy/commit", "/.deploy/commit")  # see boot.py
    except OSError:
        pending = False
    mpy = getattr(sys.implementation, "_mpy", 0)
    json.dump([mpy & 0xFF, pending], sys.stdout)


def manifest(path="/.deploy/manifest"):
    """Print the file's content in hex, up to 16 KB of it; nothing where there is no such file.

    What is in it may be anything: so it is read as JSON on the PC.
    """
    import binascii

    try:
        f = open(path, "rb")  # noqa: SIM115
    except OSError:
        return
    for _ in range(256):
        part = f.read(64)
        if not part:
            break
        text = binascii.hexlify(part)
        print(text.decode())
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


def lock(owner):
    """Note that `owner` deploys from now on; print who did it last and how many ms ago, or null.

    The note is a name in memory, so a reset ends it.
    """
    global deploying
    import json
    import sys
    import time

    now = time.ticks_ms()
    last = globals().get("deploying")
    if last:
        last[1] = time.ticks_diff(now, last[1])
    json.dump(last, sys.stdout)
    deploying = [owner, now]


def unlock(last):
    """Give back to `last`, what lock() printed, or to nobody."""
    global deploying
    import time

    if last:
        last[1] = time.ticks_add(time.ticks_ms(), -last[1])
        deploying = last
    else:
        del deploying


def prepare():
    """Clear /.deploy of all that is in it but the manifest; print the bytes free then."""
    import os

    def remove(path):
        if os.stat(path)[0] & 0x4000:  # a folder
            for name in os.listdir(path):
                remove(path + "/" + name)
            os.rmdir(path)
        else:
            os.remove(path)

    base = "/.deploy"
    kept = base + "/manifest"
    try:
        os.mkdir(base)
    except OSError as e:
        if e.errno != 17:  # EEXIST
            raise
        if os.stat(base)[0] & 0x8000:  # a file
            os.remove(base)
            os.mkdir(base)
    for name in os.listdir(base):
        path = base + "/" + name
        if path != kept or os.stat(path)[0] & 0x4000:
            remove(path)
    _, size, total, free, *_ = os.statvfs("/")
    # LittleFS counts some blocks twice, and the firmware takes what is less than none for a lot.
    print(size * free if free <= total else 0)


def write_marker():
    """Put the staged commit marker in force: from now on boot.py finishes the deploy."""
    import os

    os.rename("/.deploy/commit.new", "/.deploy/commit")


def finish():
    """Carry it out by the staged finish.py, part by part, as a blank line ends one: compiling all
    of it at once takes more of the heap.
    """
    space = {}
    part = ""
    with open("/.deploy/finish.py") as f:
        for line in f:
            part += "" if line[0] == "#" else line
            if line == "\n":
                exec(part, space)
                part = ""
    exec(part, space)


def restart():
    """Reset once the answer to this has left the board. Its name is RESTARTING in restart.py."""
    import time

    import machine

    time.sleep_ms(100)
    machine.reset()

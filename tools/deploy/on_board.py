"""What runs on the board during a deploy, sent as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs. The heap of a
switch that serves has few pieces of more than 1 KB: so each allocates 512 bytes at most at once,
and prints as it goes. An answer is a line of JSON, or a line for each item.
"""


def survey(manifest="/.deploy/manifest"):
    """Print [version of .mpy files, whether a deploy was recorded and not finished] as JSON; then
    the path of each file that `manifest` lists, where it exists, a line each.
    """
    import json
    import os
    import sys

    try:
        os.rename("/.deploy/commit", "/.deploy/commit")  # see boot.py
        pending = True
    except OSError:
        pending = False
    json.dump([getattr(sys.implementation, "_mpy", 0) & 0xFF, pending], sys.stdout)
    print()
    try:
        with open(manifest) as f:
            listed = json.load(f)
    except (OSError, ValueError):
        return
    for path in listed:
        try:
            if os.stat(path)[0] & 0x8000:  # a file
                print(path)
        except OSError:
            pass


def hashes(*groups):
    """Print "<SHA-256 in hex> <path>" for each of these files that exists, "- <path>" where
    something is in its way: a folder, or a file in place of one. A group is (folder, names), with
    "/" between two names.
    """
    import binascii
    import hashlib

    buf = bytearray(512)
    for folder, names in groups:
        for name in names.split("/"):
            try:
                with open(folder + name, "rb") as f:
                    digest = hashlib.sha256()
                    n = f.readinto(buf)
                    while n:
                        digest.update(memoryview(buf)[:n])
                        n = f.readinto(buf)
                print(binascii.hexlify(digest.digest()).decode(), folder + name)
            except OSError as e:
                if e.errno in (20, 21):  # ENOTDIR, EISDIR
                    print("-", folder + name)
                elif e.errno != 2:  # ENOENT
                    raise


def prepare():
    """Clear /.deploy of what a deploy that never came to its record left; the bytes free then."""
    import os

    try:
        os.mkdir("/.deploy")
    except OSError as e:
        if e.errno != 17:  # EEXIST
            raise
    for name in os.listdir("/.deploy"):
        if name != "manifest":
            os.remove("/.deploy/" + name)
    space = os.statvfs("/")
    print(space[0] * space[3])


def record():
    """Put the record, which was staged, in force: now the deploy happens, whatever comes."""
    import os

    os.rename("/.deploy/commit.new", "/.deploy/commit")


def finish():
    """Carry the record out."""
    import sys

    # Imported, since that compiles what it reads piece by piece.
    sys.path.insert(0, "/.deploy")
    sys.modules.pop("finish", None)
    try:
        __import__("finish")
    finally:
        sys.path.pop(0)
        sys.modules.pop("finish", None)


def restart():
    """Reset once the answer to this has left the board."""
    import time

    import machine

    time.sleep_ms(100)
    machine.reset()

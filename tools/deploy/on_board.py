"""What runs on the board during a deploy, sent as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs. Where it has an
answer, that is its last line of output, as JSON.
"""


def survey(paths, manifest="/.deploy/manifest"):
    """All that a plan needs: {mpy, pending, manifest, hashes, blocked}.

    `paths` are hashed where they exist, and so is what `manifest` lists. `blocked` are those of
    them where something is in a file's way: a folder, or a file in place of one.
    """
    import binascii
    import hashlib
    import json
    import os
    import sys

    try:
        os.rename("/.deploy/commit", "/.deploy/commit")  # see boot.py
        pending = True
    except OSError:
        pending = False
    try:
        with open(manifest) as f:
            listed = json.load(f)
    except (OSError, ValueError):
        listed = []
    hashes = {}
    blocked = []
    buf = bytearray(512)
    for path in set(paths) | set(listed):
        digest = hashlib.sha256()
        try:
            with open(path, "rb") as f:
                while True:
                    n = f.readinto(buf)
                    if not n:
                        break
                    digest.update(memoryview(buf)[:n])
            hashes[path] = binascii.hexlify(digest.digest()).decode()
        except OSError as e:
            if e.errno in (20, 21):  # ENOTDIR, EISDIR
                blocked.append(path)
            elif e.errno != 2:  # ENOENT
                raise
    print(
        json.dumps(
            {
                "mpy": getattr(sys.implementation, "_mpy", 0) & 0xFF,
                "pending": pending,
                "manifest": listed,
                "hashes": hashes,
                "blocked": blocked,
            }
        )
    )


def prepare():
    """Clear /.deploy of what a deploy that never came to its record left; the bytes free then."""
    import json
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
    print(json.dumps(space[0] * space[3]))


def record(lines):
    """Write the record: from here on the deploy happens, whatever comes."""
    import os

    with open("/.deploy/commit.new", "w") as f:
        f.write(lines)
    os.rename("/.deploy/commit.new", "/.deploy/commit")


def finish():
    """Carry the record out."""
    with open("/.deploy/finish.py") as f:
        exec(f.read(), {})


def restart():
    """Reset once the answer to this has left the board. Its name is RESTARTING in restart.py."""
    import time

    import machine

    time.sleep_ms(100)
    machine.reset()

"""What runs on the board during a deploy, sent as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs.
"""


def survey(paths):
    """Print {mpy, machine, free, pending, manifest, hashes} as JSON: all in one round trip.

    `paths` are hashed where they exist, and so is what the last manifest lists. free is in bytes.
    """
    import binascii
    import hashlib
    import json
    import os
    import sys

    try:
        with open("/.deploy/manifest") as f:
            manifest = json.load(f)
    except (OSError, ValueError):
        manifest = []
    hashes = {}
    buf = bytearray(512)
    for path in set(paths) | set(manifest):
        digest = hashlib.sha256()
        try:
            with open(path, "rb") as f:
                while True:
                    n = f.readinto(buf)
                    if not n:
                        break
                    digest.update(memoryview(buf)[:n])
        except OSError:
            continue
        hashes[path] = binascii.hexlify(digest.digest()).decode()
    space = os.statvfs("/")
    try:
        os.stat("/.deploy/commit")
        pending = True
    except OSError:
        pending = False
    print(
        json.dumps(
            {
                "mpy": getattr(sys.implementation, "_mpy", 0) & 0xFF,
                "machine": os.uname().machine,
                "free": space[0] * space[3],
                "pending": pending,
                "manifest": manifest,
                "hashes": hashes,
            }
        )
    )


def clear_staging():
    """Remove what a deploy that never came to its record left in /.deploy."""
    import os

    try:
        os.mkdir("/.deploy")
    except OSError:
        pass
    for name in os.listdir("/.deploy"):
        if name != "manifest":
            os.remove("/.deploy/" + name)


def receive(name):
    """Open /.deploy/<name> for writing; the next calls give it base64 chunks: put(b"...")."""
    global put, end
    import binascii

    f = open("/.deploy/" + name, "wb")  # noqa: SIM115  (end() closes it)

    def put(chunk):
        data = binascii.a2b_base64(chunk)
        if f.write(data) != len(data):
            raise OSError(28)

    def end():
        f.close()


def record(lines):
    """Write the commit record: from here on the deploy happens, whatever comes."""
    import os

    with open("/.deploy/commit.new", "w") as f:
        f.write(lines)
    os.rename("/.deploy/commit.new", "/.deploy/commit")


def restart():
    """Reset once the answer to this has left the board."""
    import time

    import machine

    time.sleep_ms(100)
    machine.reset()


def address():
    """Where the switch is: printed as JSON {machine, ip, serving}."""
    import json
    import os
    import sys

    import network

    switch = sys.modules.get("device.switch")
    ip = network.WLAN(network.WLAN.IF_STA).ifconfig()[0]
    serving = bool(switch and switch.server)
    print(json.dumps({"machine": os.uname().machine, "ip": ip, "serving": serving}))

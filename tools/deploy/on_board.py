"""What runs on the board during a deploy, sent as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs. The heap of a
switch that serves has few pieces of more than 1 KB: so each allocates 512 bytes at most at once,
and prints as it goes; and so does compiling it, where nothing is nested deeply (64 rules of the
grammar). An answer is a line of JSON, or a line for each item.
"""


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
        then = last[1]
        last[1] = time.ticks_diff(now, then)
    json.dump(last, sys.stdout)
    deploying = [owner, now]


def unlock(last):
    """Give back to `last`, what lock() printed, or to nobody."""
    global deploying
    import time

    if last:
        now = time.ticks_ms()
        age = last[1]
        last[1] = time.ticks_add(now, -age)
        deploying = last
    else:
        del deploying


def prepare():
    """Clear /.deploy of the files of another deploy, but for the manifest; the bytes free then."""
    import os

    try:
        os.mkdir("/.deploy")
    except OSError as e:
        if e.errno != 17:  # EEXIST
            raise
    names = os.listdir("/.deploy")
    # What is needed for the way back goes behind what says that there is one.
    for name in ["undo"] + names:
        if name in names and name != "manifest":
            os.remove("/.deploy/" + name)
            names.remove(name)
    space = os.statvfs("/")
    # A full LittleFS may count more than there is: the firmware takes "-2 free" for a lot.
    free = space[3]
    if free > space[2]:
        free = 0
    print(free * space[0])


def keep(path, name):
    """Copy a file to /.deploy/`name`, for the way back."""
    old = open(path, "rb")  # noqa: SIM115
    new = open("/.deploy/" + name, "wb")  # noqa: SIM115
    part = old.read(256)
    while part:
        new.write(part)
        part = old.read(256)
    old.close()
    new.close()


def undo():
    """Take back the deploy on trial at the next reset; print whether there is one."""
    import os

    found = "undo" in os.listdir("/.deploy")
    if found:
        os.rename("/.deploy/undo", "/.deploy/commit")
    print("true" if found else "false")


def remove(path):
    """Remove a file, or a folder with all that is in it."""
    import os

    if os.stat(path)[0] & 0x8000:  # a file
        os.remove(path)
        return
    for name in os.listdir(path):
        remove(path + "/" + name)
    os.rmdir(path)


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

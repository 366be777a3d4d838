"""Runs on MicroPython: carries out a recorded deploy on a LittleFS in RAM, with power cuts.

    commit_walk.py tools/deploy/finish.py

At each erase or write of the flash, one after the other, power goes in the middle of it, and once
more at each one of the boot after that. Prints a line for each way that it went wrong, and how
many flash operations it takes.
"""

import os
import sys

from uos import VfsLfs2, mount, umount

BLOCK, BLOCKS = 4096, 40
OLD = {"/boot.py": "old boot", "/device/a.mpy": "a" * 5000, "/device/b.mpy": "b", "/c.py": "c"}
NEW = {
    "/boot.py": "new boot",
    "/device/a.mpy": "A" * 300,
    "/device/deep/d.mpy": "D" * 9000,
    "/c.py": "c",
}
USERS = {"/device/note.txt": "my note"}
RECORD = "0 /boot.py\n1 /device/a.mpy\n2 /device/deep/d.mpy\n- /device/b.mpy\n"
STAGED = ("/boot.py", "/device/a.mpy", "/device/deep/d.mpy")


class PowerCut(OSError):
    """From the first on, the flash answers nothing any more."""


class Flash:
    """NOR flash as the chip's: the last operation before the power cut is half done."""

    def __init__(self, content):
        self.content = bytearray(content)
        self.left = 1 << 30  # operations until the power cut

    def _last(self):
        self.left -= 1
        if self.left < -1:
            raise PowerCut(5)
        return self.left == -1

    def readblocks(self, n, buf, off=0):
        at = n * BLOCK + off
        buf[:] = self.content[at : at + len(buf)]

    def writeblocks(self, n, buf, off=0):
        at = n * BLOCK + off
        last = self._last()
        count = len(buf) // 2 if last else len(buf)
        self.content[at : at + count] = buf[:count]
        if last:
            raise PowerCut(5)

    def ioctl(self, op, arg):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK
        if op == 6:
            last = self._last()
            count = BLOCK // 2 if last else BLOCK
            self.content[arg * BLOCK : arg * BLOCK + count] = b"\xff" * count
            if last:
                raise PowerCut(5)
        return 0


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def files(folder=""):
    """Path -> content of all that is there."""
    found = {}
    for name, kind, *_ in os.ilistdir(folder or "/"):
        path = folder + "/" + name
        if kind == 0x4000:
            found.update(files(path))
        else:
            with open(path) as f:
                found[path] = f.read()
    return found


def on(flash, action):
    """action(), with `flash` mounted; False where power went."""
    mount(VfsLfs2(flash, readsize=32, progsize=32, lookahead=32), "/")
    try:
        action()
        return True
    except OSError:
        if flash.left >= 0:
            raise
        return False
    finally:
        umount("/")


def recorded():
    """The old set, a deploy to the new one staged, and its commit marker."""
    for folder in ("/device", "/.deploy"):
        os.mkdir(folder)
    for path, text in list(OLD.items()) + list(USERS.items()):
        write(path, text)
    for i, path in enumerate(STAGED):
        write("/.deploy/%d" % i, NEW[path])
    write("/.deploy/manifest", "[]")
    write("/.deploy/finish.py", FINISH)
    write("/.deploy/commit", RECORD)


def finish():
    with open("/.deploy/finish.py") as f:
        exec(f.read(), {})


def boot():
    """What boot.py does."""
    try:
        os.rename("/.deploy/commit", "/.deploy/commit")
    except OSError as e:
        if e.errno == 2:
            return
        raise
    finish()


def check(flash, how):
    wanted = dict(NEW)
    wanted.update(USERS)
    wanted["/.deploy/manifest"] = "[]"

    def compare():
        found = files()
        found.pop("/.deploy/finish.py", None)  # cut off before its own removal
        if found != wanted:
            print("wrong after", how, sorted(found))

    flash.left = 1 << 30
    on(flash, compare)


def cut(flash, content, operations, action):
    """action() on `content`, with so many flash operations before power goes; True if it ended."""
    flash.content[:] = content
    flash.left = operations
    return on(flash, action)


def main():
    flash = Flash(b"\xff" * (BLOCK * BLOCKS))
    VfsLfs2.mkfs(flash, readsize=32, progsize=32, lookahead=32)
    on(flash, recorded)
    start = bytes(flash.content)
    n = 0
    while not cut(flash, start, n, finish):
        half = bytes(flash.content)
        m = 0
        while not cut(flash, half, m, boot):
            flash.left = 1 << 30
            on(flash, boot)
            check(flash, (n, m))
            m += 1
        check(flash, n)
        n += 1
    check(flash, "no cut")
    print("operations", n)


with open(sys.argv[1]) as f:
    FINISH = f.read()
umount("/")
main()

"""/device where the firmware has ROMFS: edited files lie on top of those of the deployed image.

This module itself is a file system as MicroPython's vfs module wants one, mounted by boot.py. What
is opened is the file of the file system underneath, so that bytecode of the image stays in flash.
Changes go to the flash's own folder /device; removing a file there brings the deployed one back.
"""

# boot.py sets both, which have a folder device: the file system at /, and the ROMFS.
files: "vfs.VfsLfs2" = None  # type: ignore  # noqa: F821
image: "vfs.VfsRom" = None  # type: ignore  # noqa: F821


def mount(readonly, mkfs):
    """Nothing is to be done: both are mounted elsewhere."""


def stat(path):
    """As os.stat(). Import asks this for each place where a module could be."""
    path = _full(path)
    try:
        return files.stat(path)
    except OSError:
        return image.stat(path)


def open(path, mode):
    """As open(). Raises OSError."""
    path = _full(path)
    if mode[0] == "r" and "+" not in mode:
        try:
            return files.open(path, mode)
        except OSError:
            return image.open(path, mode)
    try:
        files.mkdir("/device")
    except OSError:
        pass  # it is there
    return files.open(path, mode)


def ilistdir(path):
    """As os.ilistdir()."""
    names = set()
    for system in (files, image):
        try:
            for entry in system.ilistdir(_full(path)):
                if entry[0] not in names:
                    names.add(entry[0])
                    yield entry
        except OSError:
            pass  # there is no edited file


def __getattr__(name):
    # mkdir, remove, rename, rmdir, statvfs, umount, chdir
    method = getattr(files, name)
    return lambda *paths: method(*map(_full, paths))


def _full(path):
    path = path.strip("/")
    return "/device/" + path if path else "/device"

"""/device where the firmware has ROMFS: edited files lie on top of those of the deployed image.

A file system as MicroPython's vfs module wants one, mounted by boot.py. What is opened is the file
of the file system underneath, so that bytecode of the image stays in flash. Changes go to the
flash's own folder /device; removing a file there brings the deployed one back.
"""


class Overlay:
    """`files` is the file system at /, `image` the ROMFS; both have a folder device."""

    def __init__(self, files, image):
        self._files = files
        self._image = image

    def mount(self, readonly, mkfs):
        """Nothing is to be done: both are mounted elsewhere."""

    def stat(self, path):
        """As os.stat(). Import asks this for each place where a module could be."""
        path = _full(path)
        try:
            return self._files.stat(path)
        except OSError:
            return self._image.stat(path)

    def open(self, path, mode):
        """As open(). Raises OSError."""
        path = _full(path)
        if mode[0] == "r" and "+" not in mode:
            try:
                return self._files.open(path, mode)
            except OSError:
                return self._image.open(path, mode)
        try:
            self._files.mkdir("/device")
        except OSError:
            pass  # it is there
        return self._files.open(path, mode)

    def ilistdir(self, path):
        """As os.ilistdir()."""
        names = set()
        for system in (self._files, self._image):
            try:
                for entry in system.ilistdir(_full(path)):
                    if entry[0] not in names:
                        names.add(entry[0])
                        yield entry
            except OSError:
                pass  # there is no edited file

    def __getattr__(self, name):
        # mkdir, remove, rename, rmdir, statvfs, umount, chdir
        method = getattr(self._files, name)
        return lambda *paths: method(*map(_full, paths))


def _full(path):
    path = path.strip("/")
    return "/device/" + path if path else "/device"

"""Make device/ one image in flash, for firmware with ROMFS, and the file that says where it is.

The partition is cut into two halves, and a last sector that belongs to neither. An image goes into
the half that is not in use. /device.rom on the board has a line for the image in use, and behind
it one for the image before: "<start in the partition> <length> <SHA-256 in hex>".
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from mpremote.romfs import VfsRomWriter

from tools.deploy.plan import MANIFEST, manifest

RECORD = "/device.rom"
FOLDER = "/device/"
MOUNTED = "/rom"  # by boot.py
_SECTOR = 4096


class Line(NamedTuple):
    """A line of the record."""

    start: int
    length: int
    digest: str

    def __str__(self) -> str:
        return f"{self.start} {self.length} {self.digest}\n"


def half(partition: int) -> int:
    """Return the size of one half of a partition of `size` bytes."""
    return (partition // _SECTOR - 1) // 2 * _SECTOR


def in_image(path: str) -> bool:
    """Whether this file of the board goes into the image."""
    return path.startswith(FOLDER)


def image(files: dict[str, bytes]) -> bytes:
    """Make the image of those of `files`, path on the board -> content, that belong in it.

    Its size is a multiple of 4 bytes, as flash is written. The same files give the same bytes.
    """
    writer = VfsRomWriter()
    writer.opendir(FOLDER.strip("/"))
    for path, content in sorted(files.items()):
        if in_image(path):
            writer.mkfile(path.removeprefix(FOLDER), content)
    writer.closedir()
    data = writer.finalise()
    return data + b"\xff" * (-len(data) % 4)


def line(start: int, data: bytes) -> Line:
    """The line for the image `data` that lies at `start`."""
    return Line(start, len(data), hashlib.sha256(data).hexdigest())


def record(start: int, data: bytes, before: Line | None) -> bytes:
    """The content of /device.rom for `data` at `start`."""
    return f"{line(start, data)}{before or ''}".encode()


def as_files(files: dict[str, bytes], content: bytes) -> dict[str, bytes]:
    """What of `files` remains a file beside the image, with `content` as the record."""
    rest = {path: x for path, x in files.items() if not in_image(path) and path != MANIFEST}
    rest[RECORD] = content
    return {**rest, MANIFEST: manifest(rest)}


def installed(files: dict[str, bytes]) -> tuple[dict[str, bytes], bytes]:
    """(the files that remain, with the record, the image for the start of the partition): as a
    first deploy leaves them.
    """
    data = image(files)
    return as_files(files, record(0, data, None)), data

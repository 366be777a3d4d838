"""What a board with ROMFS runs: the files in its image, and those that lie on top of them."""

import hashlib
from collections.abc import Iterator

from tools import rom
from tools.deploy import plan
from tools.virtual_board.hardware.flash import VARIANTS

Files = dict[str, bytes]
_FILE, _FOLDER, _CONTENT = 5, 4, 2  # kinds of records, mpremote.romfs


def logical(files: Files, flash: bytes) -> Files:
    """The same files as on firmware without ROMFS: `files` are those of LittleFS in `flash`."""
    if rom.RECORD not in files:
        return files
    start, length, digest = files[rom.RECORD].decode().split("\n")[0].split()
    image = flash[VARIANTS["romfs"].rom + int(start) :][: int(length)]
    assert hashlib.sha256(image).hexdigest() == digest
    inside = _inside(image)
    found = {**inside, **files}
    del found[rom.RECORD]
    listed = plan.listed_in(files.get(plan.MANIFEST, b""))
    if listed is not None:
        ours = {path: b"" for path in found if path in listed or path in inside}
        found[plan.MANIFEST] = plan.manifest(ours)
    return found


def _inside(image: bytes) -> Files:
    """Path on the board -> content of each file of an image."""
    ((_, content),) = _records(image)
    ((kind, folder),) = [x for x in _records(content) if x[0] == _FOLDER]
    name, rest = _text(folder)
    found = {}
    for kind, record in _records(rest):
        if kind == _FILE:
            file, parts = _text(record)
            found[f"/{name}/{file}"] = next(x for kind, x in _records(parts) if kind == _CONTENT)
    return found


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and payload of each, up to what fills the last word."""
    while data.strip(b"\xff"):
        kind, data = _number(data)
        size, data = _number(data)
        yield kind, data[:size]
        data = data[size:]


def _text(data: bytes) -> tuple[str, bytes]:
    size, data = _number(data)
    return data[:size].decode(), data[size:]


def _number(data: bytes) -> tuple[int, bytes]:
    """The unsigned number at the start, seven bits a byte, and what is behind it."""
    value = 0
    for at, byte in enumerate(data):
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, data[at + 1 :]
    raise ValueError(data)

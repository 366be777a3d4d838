"""Flash images: made from a tree of files, checked, read back; LittleFS as the firmware has it."""

import os
from pathlib import Path

from littlefs import LittleFS, LittleFSError, UserContext

from tools.errors import UserError

from .hardware.flash import SECTOR, SECTORS, SIZE

_OTHER = "choose another with FLASH=path"
_AWAY = "move it away to get a new one, or choose another with FLASH=path"
_OPTIONS = {
    "block_size": SECTOR,
    "block_count": SECTORS,
    "read_size": 32,
    "prog_size": 32,
    "cache_size": 128,
    "lookahead_size": 32,
}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)  # it holds passwords


def create(path: Path, tree: Path) -> None:
    """Write a new image at `path`, mode 0600, with the files of `tree`; whole or not at all."""
    context = UserContext(SIZE)
    fs = LittleFS(context=context, **_OPTIONS)
    for source in sorted(tree.rglob("*")):
        name = "/" + source.relative_to(tree).as_posix()
        if source.is_dir():
            fs.mkdir(name)
        else:
            with fs.open(name, "wb") as f:
                f.write(source.read_bytes())
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with open(part, "xb", opener=_private) as f:
            f.write(context.buffer)
        part.replace(path)
    except OSError as e:
        raise UserError(f"cannot write {path}: {e.strerror}", _OTHER) from e


def read(path: Path) -> dict[str, bytes]:
    """Every file of an image, name -> content. UserError where it is not one."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise UserError(f"cannot read {path}: {e.strerror}", _OTHER) from e
    if len(data) != SIZE:
        raise UserError(f"{path} is not a flash image: {len(data)} bytes, not {SIZE}", _AWAY)
    if not data.strip(b"\xff"):
        return {}  # blank, as a new chip: the firmware formats it
    context = UserContext(SIZE)
    context.buffer = bytearray(data)
    files = {}
    try:
        fs = LittleFS(context=context, mount=False, **_OPTIONS)
        fs.mount()
        for folder, _, names in fs.walk("/"):
            for name in names:
                full = f"{folder.rstrip('/')}/{name}"
                with fs.open(full, "rb") as f:
                    files[full] = f.read()
    except LittleFSError as e:
        raise UserError(f"the file system in {path} is corrupt ({e})", _AWAY) from e
    return files


def replace(path: Path, name: str, content: bytes) -> None:
    """Give a file of the image at `path` new content; in place, so that a lock stays one."""
    context = UserContext(SIZE)
    context.buffer = bytearray(path.read_bytes())
    fs = LittleFS(context=context, mount=False, **_OPTIONS)
    fs.mount()
    with fs.open(name, "wb") as f:
        f.write(content)
    with open(path, "r+b") as f:
        f.write(context.buffer)

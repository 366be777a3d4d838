"""Flash images: made from a tree of files, checked, read back; LittleFS as the firmware has it."""

import os
from pathlib import Path

from littlefs import LittleFS, LittleFSError, UserContext

from tools import rom
from tools.errors import UserError

from .hardware.flash import DEFAULT, SECTOR, VARIANTS, Layout

_OTHER = "choose another with FLASH=path"
_AWAY = "move it away to get a new one, or choose another with FLASH=path"


def mounted(flash: bytes) -> tuple[LittleFS, UserContext]:
    """The file system in the content of a flash, and its partition. LittleFSError: it is none."""
    layout = _layout(flash)
    fs, context = _file_system(layout)
    context.buffer = bytearray(flash[layout.files : layout.files + len(context.buffer)])
    fs.mount()
    return fs, context


def _file_system(layout: Layout) -> tuple[LittleFS, UserContext]:
    # Not mounted, on an erased partition.
    context = UserContext(layout.sectors * SECTOR)
    fs = LittleFS(
        context=context,
        mount=False,
        block_size=SECTOR,
        block_count=layout.sectors,
        read_size=32,
        prog_size=32,
        cache_size=128,
        lookahead_size=32,
    )
    return fs, context


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)  # it holds passwords


def create(path: Path, content: Path | dict[str, bytes], variant: str = DEFAULT) -> None:
    """Write a new image at `path`, mode 0600, whole or not at all.

    It has the files of a folder, or the content of a `dict` by name, as a deploy leaves them: with
    ROMFS those in /device are in an image of that.
    """
    layout = VARIANTS[variant]
    files = content if isinstance(content, dict) else _tree(content)
    image = b""
    if layout.rom_size and any(map(rom.in_image, files)):
        files, image = rom.installed(files)
    fs, context = _file_system(layout)
    fs.format()
    fs.mount()
    for name, text in sorted(files.items()):
        if name.count("/") > 1:
            fs.makedirs(name.rpartition("/")[0], exist_ok=True)
        with fs.open(name, "wb") as f:
            f.write(text)
    flash = bytearray(b"\xff" * layout.size)
    flash[layout.files : layout.files + len(context.buffer)] = context.buffer
    flash[layout.rom : layout.rom + len(image)] = image
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with open(part, "xb", opener=_private) as f:
            f.write(flash)
        part.replace(path)
    except OSError as e:
        raise UserError(f"cannot write {path}: {e.strerror}", _OTHER) from e


def _tree(folder: Path) -> dict[str, bytes]:
    files = filter(Path.is_file, folder.rglob("*"))
    return {f"/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files}


def check(path: Path, variant: str) -> None:
    """UserError where there is no image at `path`, or not one of that variant's size."""
    size = len(_load(path))
    if size != VARIANTS[variant].size:
        raise UserError(
            f"{path} is the flash of a board with {size // 1024} KiB, "
            f"FIRMWARE_VARIANT={variant} has {VARIANTS[variant].size // 1024} KiB",
            _AWAY,
        )
    read(path)


def read(path: Path) -> dict[str, bytes]:
    """Every file of an image, name -> content. UserError where it is not one."""
    data = _load(path)
    if not data[_layout(data).files :].strip(b"\xff"):
        return {}  # blank, as a new chip: the firmware formats it
    files = {}
    try:
        fs, _ = mounted(data)
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
    data = _load(path)
    fs, context = mounted(data)
    with fs.open(name, "wb") as f:
        f.write(content)
    with open(path, "r+b") as f:
        f.seek(_layout(data).files)
        f.write(context.buffer)


def _load(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as e:
        raise UserError(f"cannot read {path}: {e.strerror}", _OTHER) from e
    if len(data) not in {layout.size for layout in VARIANTS.values()}:
        raise UserError(
            f"{path} is not a flash image of this version: {len(data)} bytes, not "
            f"{VARIANTS['generic'].size}",
            _AWAY,
        )
    return data


def _layout(data: bytes) -> Layout:
    return next(layout for layout in VARIANTS.values() if layout.size == len(data))

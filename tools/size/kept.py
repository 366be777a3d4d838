"""Measure the heap that the bundle keeps and the names that it interns, on the WebAssembly build.

That build of MicroPython has VfsRom and runs bytecode in place, so ROMFS is measured as files are:
boot.py mounts the image from a buffer that is on the heap before the measurement starts.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from tools import build
from tools.errors import UserError
from tools.size import wasm

_LOOK = "import gc, micropython; print('used', gc.mem_alloc()); micropython.qstr_info()"
_SERVES = r"import act; assert act.ask([b'GET / HTTP/1.1\r\nHost: 192.168.4.1\r\n\r\n'])"
_LOOKED = re.compile(
    r"used (\d+)\s+qstr pool: n_pool=\d+, n_qstr=(\d+), "
    r"n_str_data_bytes=(\d+), n_total_bytes=(\d+)"
)
_FIRST_POOL = 20  # names; each further pool takes twice as many (py/qstr.c)
_POOL, _NAME = 28, 6  # bytes on the chip: for a pool, and for each name that it has room for


class Kept(NamedTuple):
    """Bytes of heap, interned names, and how many more names fit into the last pool."""

    heap: int
    names: int
    names_left: int


def modules(tree: Path, names: tuple[str, ...]) -> list[tuple[str, int]]:
    """Measure the bytes that each module of device/ takes when it is imported, one after another.

    Pools of names are not included: which module opens one is chance.
    """
    steps: list[wasm.Step] = ["import standins", wasm.COLLECT, _LOOK]
    for name in names:
        steps += [f"import device.{name}", wasm.COLLECT, _LOOK]
    looks = [[int(n) for n in found] for found in _LOOKED.findall(_printed(tree, steps))]
    used = [heap - (total - texts) for heap, _, texts, total in looks]
    return [(name, after - before) for name, before, after in zip(names, used, used[1:])]


def serving(tree: Path) -> Kept:
    """Measure the whole bundle, booted and serving; UserError if it does not serve."""
    first, *rest = wasm.boot(tree)
    printed = _printed(tree, [first, wasm.COLLECT, _LOOK, *rest, _LOOK, _SERVES])
    before, after = ([int(n) for n in found] for found in _LOOKED.findall(printed))
    heap, names, texts, total = (b - a for a, b in zip(before, after))
    # The stand-ins have names, too. So the pools open at other times here than on the chip, where
    # the firmware's names are in ROM.
    pools, left = _pools(names)
    return Kept(heap - (total - texts) + pools, names, left)


def both(tree: Path, settings: str) -> dict[str, Kept]:
    """Measure the bundle with these lines added to webrepl_cfg.py, as "files" and in "ROMFS"."""
    with tempfile.TemporaryDirectory() as name:
        files = Path(shutil.copytree(tree, Path(name) / "files"))
        with open(files / build.CONFIG, "a") as f:
            f.write(settings)
        rom = wasm.with_rom(files, Path(name) / "rom")
        return {"files": serving(files), "ROMFS": serving(rom)}


def paths(tree: Path) -> list[str]:
    """List the paths on the board that the page is made of."""
    return _printed(
        tree, ["from device import pages\nfor path in pages.PAGES: print(path)"]
    ).split()


def _pools(names: int) -> tuple[int, int]:
    # (bytes of as many pools as these names need, names that still fit)
    size, room = 0, 0
    pool = _FIRST_POOL
    while room < names:
        size += _POOL + _NAME * pool
        room += pool
        pool *= 2
    return size, room - names


def _printed(tree: Path, steps: list[wasm.Step]) -> str:
    (printed,) = wasm.run(tree, [steps])
    if printed is None:
        raise UserError("the bundle does not run on the WebAssembly build", "see run.mjs's errors")
    return printed

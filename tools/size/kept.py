"""Heap that the bundle keeps and names that it interns, on MicroPython's WebAssembly build."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tools.errors import UserError
from tools.size import wasm

_LOOK = "import gc, micropython; print('used', gc.mem_alloc()); micropython.qstr_info()"
_LOOKED = re.compile(
    r"used (\d+)\s+qstr pool: n_pool=\d+, n_qstr=(\d+), "
    r"n_str_data_bytes=(\d+), n_total_bytes=(\d+)"
)
_FIRST_POOL = 20  # names; each further one takes twice as many (py/qstr.c)
_POOL, _NAME = 28, 6  # bytes on the chip: of a pool, and of each name that it has room for


class Kept(NamedTuple):
    """Bytes of heap, names interned, and how many more fit into the last of their pools."""

    heap: int
    names: int
    names_left: int


def modules(tree: Path, names: tuple[str, ...]) -> list[tuple[str, int]]:
    """Bytes that each module of device/ takes as it is imported, one after another.

    Without the pools of names: which module opens one is chance.
    """
    steps: list[wasm.Step] = ["import standins", wasm.COLLECT, _LOOK]
    for name in names:
        steps += [f"import device.{name}", wasm.COLLECT, _LOOK]
    looks = [[int(n) for n in found] for found in _LOOKED.findall(_printed(tree, steps))]
    used = [heap - (total - texts) for heap, _, texts, total in looks]
    return [(name, after - before) for name, before, after in zip(names, used, used[1:])]


def serving(tree: Path) -> Kept:
    """The whole bundle, booted and serving."""
    first, *rest = wasm.boot(tree)
    printed = _printed(tree, [first, wasm.COLLECT, _LOOK, *rest, _LOOK])
    before, after = ([int(n) for n in found] for found in _LOOKED.findall(printed))
    heap, names, texts, total = (b - a for a, b in zip(before, after))
    # The stand-ins have names, too: so the pools come at other times here than on the chip, where
    # the firmware's names are in ROM.
    pools, left = _pools(names)
    return Kept(heap - (total - texts) + pools, names, left)


def paths(tree: Path) -> list[str]:
    """Paths of what the page is made of, on the board."""
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

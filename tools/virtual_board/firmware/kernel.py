"""What the firmware does around the bundle: the heap, the modules, the file systems.

Sources: ports/esp8266/main.c, its modules/_boot.py and inisetup.py.
"""

import gc
import os
import sys

import link
import micropython  # the interpreter's own
import mount
import programs
import rom_partition
import soft_reset
import uctypes
import vfs

_CHUNK = 1024
_POOL = 4096  # bytes; all smaller ones are full by then
_HEADER = 32  # bytes of heap for the object that holds a bytearray's bytes
_ONE_MIB = 1 << 20
# Those that store nothing in their own name space: a program cannot either, as on the chip.
_FIXED = "hashlib", "io", "micropython", "random", "select", "sys"
_IS_FIXED = 2  # a bit in mp_map_t, py/obj.h
# hardware/flash.py: Layout, and behind it the chip's id
_SIZE, _FILES, _SECTORS, _ROM, _ROM_SIZE, _ID = range(6)


def _modules(layout, uctypes):
    # The stand-ins are built in on the chip: loaded now, found by name ever after.
    import binascii
    import hashlib
    import random
    import select
    import socket

    import _webrepl
    import board_vfs
    import chip_builtins
    import chip_math
    import chip_sys
    import esp
    import imports
    import machine
    import network
    import ntptime
    import scheduler
    import webrepl
    import webrepl_setup
    import websocket

    sys.modules["micropython"] = sys.modules.pop("scheduler")
    sys.modules["vfs"] = sys.modules.pop("board_vfs")
    sys.modules["sys"] = sys.modules.pop("chip_sys")
    sys.modules["math"] = sys.modules.pop("chip_math")
    if layout[_SIZE] <= _ONE_MIB:
        del os.VfsFat, board_vfs.VfsFat
    machine._id = layout[_ID].to_bytes(4, "little")
    esp._size, esp._user_start = layout[_SIZE], layout[_FILES] & ~0xFFFF
    if layout[_ROM_SIZE]:
        board_vfs.VfsRom, board_vfs.rom_ioctl = vfs.VfsRom, rom_partition.rom_ioctl
    hidden = (
        "absent chip_builtins flashbdev imports kernel link mount outgoing programs rom_partition"
        " soft_reset stdin stream timers udp"
    )
    for name in hidden.split():
        sys.modules.pop(name)
    for name, module in sys.modules.items():
        if hasattr(module, "__file__"):  # what is built in has its name and no file
            module.__name__ = name
            del module.__file__
        if name in _FIXED:
            uctypes.bytearray_at(id(module.__dict__) + 8, 1)[0] |= _IS_FIXED
    chip_builtins.change()
    imports.restrict(sys.modules, layout[_SIZE] > _ONE_MIB)
    sys.path[:] = ["", ".frozen", "/lib", "/"]


def _open_name_pool():
    # The names of the stand-ins fill pools (py/qstr.c); those of the chip are in ROM. The next
    # pool, of 640 names, is 7 KB in one piece, and any new name at the prompt could want it: it is
    # opened now. Kinder: so the names of the bundle, for which the chip opens pools, cost nothing.
    gc.collect()
    before, n = gc.mem_alloc(), 0
    while gc.mem_alloc() - before < _POOL:
        for i in range(n, n + 16):
            getattr(link, "_%d" % i, None)
        n += 16
        gc.collect()


def _shrink(free):
    # What stands in for C code must cost nothing: all but the chip's heap, one piece, is filled.
    _open_name_pool()
    room = bytearray(free - _HEADER)
    filler = None
    size = _CHUNK
    while size:
        try:
            filler = (filler, bytearray(size))
        except MemoryError:
            size //= 2
    try:
        while True:
            filler = (filler,)  # of one block: no hole is smaller
    except MemoryError:
        pass
    del room
    gc.collect()
    return filler


def main(space):
    """Boot, then serve the prompt until a soft reset is asked for (return)."""
    micropython.kbd_intr(3)
    for name in ("kernel", "sys"):  # the bootstrap's (vm.py); the prompt has neither on the chip
        del space[name]
    free, setup = link.call(link.HELLO)
    raw = setup[:1] == b"r"
    *layout, http, webrepl = str(setup[1:], "utf-8").split(" ")
    layout = [int(number) for number in layout]
    os._machine += ", virtual board at " + http + " " + webrepl
    rom_partition.map(layout[_ROM], layout[_ROM_SIZE], uctypes)
    _modules(layout, globals().pop("uctypes"))
    mount.files(layout[_FILES], layout[_SECTORS])
    if layout[_ROM_SIZE]:
        mount.rom()
    limit = programs.stack_limit()

    def serve():
        programs.serve(raw, space)

    filler = _shrink(free)
    gc.threshold(free // 4)  # _boot.py
    programs.deep(limit, serve)
    del filler  # as the sweep leaves it, there is memory for all that a callback may want
    soft_reset.run(space)

"""What the firmware does around the bundle: mount, boot.py, main.py, the prompt.

Sources: ports/esp8266/main.c, its modules/_boot.py and inisetup.py, shared/runtime/pyexec.c.
"""

import gc
import os
import sys
import time

import link
import mount
import rom_partition
import soft_reset
import uctypes
import vfs

_CHUNK = 1024
_POOL = 4096  # bytes; all smaller ones are full by then
_HEADER = 32  # bytes of heap for the object that holds a bytearray's bytes
_ONE_MIB = 1 << 20
# hardware/flash.py: Layout, and behind it the chip's id
_SIZE, _FILES, _SECTORS, _ROM, _ROM_SIZE, _ID = range(6)
_LONGEST = 8192  # bytes of source in a raw paste; a longer one is held on the heap
_compile, _execfile = compile, execfile  # noqa: F821  (no program has them: chip_builtins.py)

# Raw paste is compiled while it comes, so on the chip nothing holds its source. Here this text
# does, which is no part of the chip's heap; the source's length is written into its object.
_pasted = "\n" * _LONGEST
_pasted_bytes = uctypes.bytearray_at(uctypes.addressof(_pasted), _LONGEST)
_pasted_length = uctypes.bytearray_at(id(_pasted) + 16, 8)  # mp_obj_str_t.len, py/objstr.h


def _modules(layout):
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
        "absent chip_builtins flashbdev imports kernel link mount outgoing rom_partition"
        " soft_reset stdin stream timers udp"
    )
    for name in hidden.split():
        sys.modules.pop(name)
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


def _run(thunk):
    """pyexec: 1 done, 0 ended by an exception (printed), 0x100 SystemExit."""
    try:
        thunk()
        return 1
    except SystemExit:
        return 0x100
    except BaseException as e:
        link.call(link.RAISED)
        _print_exception(e)
        return 0


def _print_exception(e):
    # What these files do is done in C on the chip, and has no line in a traceback there.
    import io

    text = io.StringIO()
    sys.print_exception(e, text)
    for line in text.getvalue()[:-1].split("\n"):
        if "/virtual_board/firmware/" not in line:
            print(line)


def _source(length, paste):
    held = paste and length <= _LONGEST
    into = _pasted_bytes if held else bytearray(length)
    for start in range(0, length, _CHUNK):
        part = link.call(link.SOURCE, start, _CHUNK)[1]
        into[start : start + len(part)] = part
    if not held:
        return str(into, "utf-8")
    _pasted_length[:] = length.to_bytes(8, "little")
    return _pasted


def _execute(length, kind, space):
    def thunk():
        source = _source(length, kind == b"p")
        exec(_compile(source, "<stdin>", "single" if kind == b"s" else "exec"), space)

    return _run(thunk)


def _file(name, space):
    try:
        os.stat(name)
    except OSError:
        return 1
    return _run(lambda: _execfile(name, space))


def main(space):
    """Boot, then serve the prompt until a soft reset is asked for (return)."""
    import micropython

    micropython.kbd_intr(3)  # the interpreter's own, while `micropython` is not the chip's yet
    for name in ("kernel", "sys"):  # the bootstrap's (vm.py); the prompt has neither on the chip
        del space[name]
    free, setup = link.call(link.HELLO)
    raw = setup[:1] == b"r"
    *layout, http, webrepl = str(setup[1:], "utf-8").split(" ")
    layout = [int(number) for number in layout]
    os._machine += ", virtual board at " + http + " " + webrepl
    rom_partition.map(layout[_ROM], layout[_ROM_SIZE], globals().pop("uctypes"))
    _modules(layout)
    mount.files(layout[_FILES], layout[_SECTORS])
    if layout[_ROM_SIZE]:
        mount.rom()
    filler = _shrink(free)
    gc.threshold(free // 4)  # _boot.py
    booted = _file("boot.py", space)
    if not raw and booted:
        _file("main.py", space)
    link.call(link.FINISHED, 1)
    while True:
        try:
            work, data = link.call(link.WAIT, 1000, 1)
            if work == link.EXECUTE:
                length = int(data[1:])
                system_exit = _execute(length, data[:1], space) == 0x100
                link.call(link.FINISHED, 0, system_exit)
                if system_exit:
                    break
            elif work == link.END:
                break
        except KeyboardInterrupt:
            pass  # came too late for what it was meant for
    del filler  # as the sweep leaves it, there is memory for all that a callback may want
    soft_reset.run(space)

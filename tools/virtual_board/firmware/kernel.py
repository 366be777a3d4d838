"""What the firmware does around the bundle: mount, boot.py, main.py, the prompt.

Sources: ports/esp8266/main.c, its modules/_boot.py and inisetup.py, shared/runtime/pyexec.c.
"""

import gc
import os
import sys
import time

import flashbdev
import link
import soft_reset
import vfs

_CHUNK = 1024


def _modules():
    # The stand-ins are built in on the chip: loaded now, found by name ever after.
    import select
    import socket

    import _webrepl
    import board_vfs
    import esp
    import imports
    import machine
    import network
    import scheduler
    import webrepl
    import websocket

    sys.modules["micropython"] = sys.modules.pop("scheduler")
    sys.modules["vfs"] = sys.modules.pop("board_vfs")
    for hidden in ("flashbdev", "imports", "kernel", "link", "soft_reset"):
        sys.modules.pop(hidden)
    imports.restrict(sys.modules)
    sys.path[:] = ["", ".frozen", "/lib", "/"]


def _mount(blocks):
    device = flashbdev.FlashBdev(blocks)
    options = flashbdev.mkfs_options()
    vfs.umount("/")
    try:
        vfs.mount(vfs.VfsLfs2(device, **options), "/")
    except OSError:
        head = bytearray(64)
        device.readblocks(0, head)
        while head != b"\xff" * 64:  # _boot.py says so for ever; the user sees it on the console
            print("filesystem appears to be corrupt: erase the flash, or put the image back")
            time.sleep(3)
        vfs.VfsLfs2.mkfs(device, **options)  # inisetup.py
        vfs.mount(vfs.VfsLfs2(device, **options), "/")
        with open("boot.py", "w") as f:
            f.write("# This file is executed on every boot (including wake-boot from deepsleep)\n")
            f.write("import gc\n# import webrepl\n# webrepl.start()\ngc.collect()\n")
    os.chdir("/")


def _shrink(free):
    # What stands in for C code must cost nothing: filler leaves exactly the chip's heap.
    filler = []
    gc.collect()
    while gc.mem_free() > free + 64:
        try:
            filler.append(bytearray(max(1, min(4096, (gc.mem_free() - free) // 2))))
        except MemoryError:
            break
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
    # Frames of this file are C on the chip, and have no line in a traceback there.
    import io

    text = io.StringIO()
    sys.print_exception(e, text)
    for line in text.getvalue()[:-1].split("\n"):
        if 'firmware/kernel.py"' not in line and 'firmware/imports.py"' not in line:
            print(line)


def _source(length):
    parts = bytearray()
    while len(parts) < length:
        parts += link.call(link.SOURCE, len(parts), _CHUNK)[1]
    return str(parts, "utf-8")


def _execute(length, single, space):
    def thunk():
        exec(compile(_source(length), "<stdin>", "single" if single else "exec"), space)

    return _run(thunk)


def _file(name, space):
    try:
        os.stat(name)
    except OSError:
        return 1
    return _run(lambda: execfile(name, space))  # noqa: F821  (CPython has none)


def main(space):
    """Boot, then serve the prompt until a soft reset is asked for (return)."""
    import micropython

    micropython.kbd_intr(3)
    for name in ("kernel", "sys"):  # the bootstrap's (vm.py); the prompt has neither on the chip
        del space[name]
    blocks, setup = link.call(link.HELLO)
    size, urls = setup[1:].split(None, 1)
    free, raw = int(size), setup[:1] == b"r"
    os._machine += ", virtual board at " + str(urls, "utf-8")
    _modules()
    _mount(blocks)
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
                system_exit = _execute(length, data[:1] == b"s", space) == 0x100
                link.call(link.FINISHED, 0, system_exit)
                if system_exit:
                    break
            elif work == link.END:
                break
        except KeyboardInterrupt:
            pass  # came too late for what it was meant for
    del filler  # as the sweep leaves it, there is memory for all that a callback may want
    soft_reset.run(space)

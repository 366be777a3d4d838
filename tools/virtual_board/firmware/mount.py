"""The file systems that the firmware mounts before boot.py runs.

Sources: ports/esp8266/modules/_boot.py and inisetup.py, extmod/vfs.c.
"""

import os
import sys
import time

import flashbdev
import rom_partition
import vfs


def rom():
    """Mount ROMFS at /rom, where the partition has one."""
    # mp_vfs_mount_romfs_protected(), extmod/vfs.c: an image that is none is passed over.
    try:
        vfs.mount(vfs.VfsRom(rom_partition.rom_ioctl(2, 0)), "/rom")
    except OSError:
        return
    sys.path[2:2] = ["/rom", "/rom/lib"]


def files(start, blocks):
    """Mount LittleFS at /, from the address `start` on; a new one where flash is erased."""
    device = flashbdev.FlashBdev(start, blocks)
    options = flashbdev.mkfs_options()
    vfs.umount("/")
    try:
        vfs.mount(vfs.VfsLfs2(device, mtime=False, **options), "/")
    except OSError:
        head = bytearray(64)
        device.readblocks(0, head)
        while head != b"\xff" * 64:  # _boot.py says so for ever; the user sees it on the console
            print("filesystem appears to be corrupt: erase the flash, or put the image back")
            time.sleep(3)
        vfs.VfsLfs2.mkfs(device, **options)  # inisetup.py
        vfs.mount(vfs.VfsLfs2(device, mtime=False, **options), "/")
        with open("boot.py", "w") as f:
            f.write("# This file is executed on every boot (including wake-boot from deepsleep)\n")
            f.write("import gc\n# import webrepl\n# webrepl.start()\ngc.collect()\n")
    os.chdir("/")

"""`vfs` of the ESP8266: without VfsPosix, which is the PC's file system.

Where the firmware has ROMFS, kernel.py adds VfsRom and rom_ioctl.
"""

from vfs import VfsLfs2, mount, umount

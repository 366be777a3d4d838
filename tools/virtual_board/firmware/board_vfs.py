"""`vfs` of the ESP8266: without VfsPosix, which is the PC's file system.

Where the firmware has ROMFS, kernel.py adds VfsRom and rom_ioctl. FLASH_1M has no VfsFat.
"""

from vfs import VfsFat, VfsLfs2, mount, umount

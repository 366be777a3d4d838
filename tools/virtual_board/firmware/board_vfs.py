"""`vfs` of the ESP8266: without VfsPosix, which is the PC's file system."""

from vfs import VfsLfs2, mount, umount

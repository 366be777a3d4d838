"""The firmware's `vfs` on CPython: of firmware without ROMFS, so that files are all there is."""

"""For MicroPython: additions at the prompt, alone or beside the switch.

Arguments: how many; "alone", "at rest" or "ticking"; device/ as a ROMFS image, or else as files.
"""

import sys

import machine  # noqa: F401  (a stand-in: no module of the switch's)
import network  # noqa: F401  (likewise)

_ADDITIONS, _BESIDE, *_IMAGE = sys.argv[1:]
_CODE = "x = 0\nfor i in range(%s):\n    x += 1\n"
_LISTENERS = 2  # HTTP's and WebREPL's


class Service:
    """What is served at any port: nobody comes."""

    port = 0


if _IMAGE:
    import vfs

    with open(_IMAGE[0], "rb") as f:
        vfs.mount(vfs.VfsRom(f.read()), "/rom")
    sys.path.insert(0, "/rom")
if _BESIDE != "alone":
    from device import connection, server

    connection.callback = bytes(16)  # in place of option 20, see loop.py
    if _BESIDE == "ticking":
        server.jobs.append(lambda now: 1000)  # as the jobs of optional features
    for _ in range(_LISTENERS):
        server.listen(Service())
exec(_CODE % _ADDITIONS, {})

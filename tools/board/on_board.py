"""What runs on the board for every tool, sent as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs. Where it has an
answer, that is its last line of output, as JSON.
"""


def state():
    """Whether the switch runs, and where: {machine, ip, serving, error}."""
    import json
    import os
    import sys

    import network

    server = sys.modules.get("device.server")
    api = sys.modules.get("device.api")
    status = sys.modules.get("device.status")
    retained = sys.modules.get("device.retained")
    station = network.WLAN(network.WLAN.IF_STA).ifconfig()[0]
    print(
        json.dumps(
            {
                "machine": os.uname().machine,
                "ip": status and status.address() or station,
                "serving": bool(api and server and api in server.services.values()),
                "error": retained.last_error() if retained else "",
            }
        )
    )


def facts():
    """What `make info` shows besides the files, sizes in bytes; before it what check_fw prints.

    `heap_block` is the largest one that can be had; `status` what GET /status answers, or None.
    """
    import gc
    import json
    import os
    import sys

    import esp
    import machine
    import network

    intact = esp.check_fw()
    gc.collect()
    heap_free = too_much = gc.mem_free()
    heap_block = 0
    while too_much - heap_block > 64:
        size = (heap_block + too_much) // 2
        try:
            bytearray(size)
            heap_block = size
        except MemoryError:
            too_much = size
        gc.collect()
    space = os.statvfs("/")
    server = sys.modules.get("device.server")
    api = sys.modules.get("device.api")
    serving = api and server and api in server.services.values()
    kept = machine.RTC().memory()  # device/retained.py has the layout
    kept = kept if len(kept) == 128 else bytes(128)
    print(
        json.dumps(
            {
                "machine": os.uname().machine,
                "release": os.uname().version,
                "intact": intact,
                "mpy": getattr(sys.implementation, "_mpy", 0) & 0xFF,
                "flash": esp.flash_size(),
                "flash_free": space[0] * space[3],
                "heap_free": heap_free,
                "heap_block": heap_block,
                "ip": network.WLAN(network.WLAN.IF_STA).ifconfig()[0],
                "status": api.report() if serving else None,
                "crashes": kept[4],
                "error": kept[6:].rstrip(b"\0").decode(),
            }
        )
    )


def receive(name):
    """Open a file for writing: put(b"...base64...") adds to it, end() closes it."""
    global put, end
    import binascii

    f = open(name, "wb")  # noqa: SIM115

    def put(chunk):
        data = binascii.a2b_base64(chunk)
        if f.write(data) != len(data):
            raise OSError(28)  # ENOSPC

    end = f.close

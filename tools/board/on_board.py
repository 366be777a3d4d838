"""What runs on the board for every tool, sent as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs. Where it has an
answer, that is its last line of output, as JSON. The heap of a switch that serves has few pieces
of more than 1 KB: so each allocates 512 bytes at most at once, and prints as it goes.
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
    rtc_state = sys.modules.get("device.rtc_state")
    station = network.WLAN(network.WLAN.IF_STA).ifconfig()[0]
    serving = api and server and api in server.services.values()
    answer = {
        "machine": os.uname().machine,
        "ip": status and status.address() or station,
        "serving": bool(serving),
        "error": rtc_state.last_error() if rtc_state else "",
    }
    json.dump(answer, sys.stdout)


def firmware():
    """What check_fw prints, and {machine, release, intact, mpy, flash, flash_free}, in bytes."""
    import json
    import os
    import sys

    import esp

    intact = esp.check_fw()
    space = os.statvfs("/")
    free = space[3]
    # A full LittleFS may count more than there is: the firmware takes "-2 free" for a lot.
    if free > space[2]:
        free = 0
    answer = {
        "machine": os.uname().machine,
        "release": os.uname().version,
        "intact": intact,
        "mpy": getattr(sys.implementation, "_mpy", 0) & 0xFF,
        "flash": esp.flash_size(),
        "flash_free": free * space[0],
    }
    json.dump(answer, sys.stdout)


def memory():
    """What mem_info prints, and {block}: the size of its blocks of heap, in bytes."""
    import gc
    import json
    import sys

    import micropython

    gc.collect()
    micropython.mem_info()
    json.dump({"block": 32 if sys.maxsize > 1 << 31 else 16}, sys.stdout)


def switch():
    """{ip, rssi, status, stopped, crashes, error}. `status` is what GET /status answers, or None;
    `stopped` is whether boot.py ran, and main.py after it did not; `rssi` is None without WiFi.
    """
    import json
    import sys

    import machine
    import network

    server = sys.modules.get("device.server")
    api = sys.modules.get("device.api")
    serving = api and server and api in server.services.values()
    kept = machine.RTC().memory()  # device/rtc_state.py has the layout
    kept = kept if len(kept) == 128 else bytes(128)
    error = kept[6:].rstrip(b"\0")
    station = network.WLAN(network.WLAN.IF_STA)
    rssi = None
    if station.isconnected():
        rssi = station.status("rssi")
    booted = "device.rtc_state" in sys.modules and not error.startswith(b"main.py")
    answer = {
        "ip": station.ifconfig()[0],
        "rssi": rssi,
        "status": api.report() if serving else None,
        "stopped": booted and "device.button" not in sys.modules,
        "crashes": kept[4],
        "error": error.decode(),
    }
    json.dump(answer, sys.stdout)


def receive(name):
    """Open a file for writing: put(b"...base64...") adds to it, end() closes it."""
    global put, end
    import binascii

    f = open(name, "wb")  # noqa: SIM115

    def put(chunk):
        data = binascii.a2b_base64(chunk)
        if f.write(data) != len(data):
            raise OSError(28)  # ENOSPC

    def end():
        global put, end
        del put, end
        f.close()

"""What runs on the board for `make info`; on_board.py has the rules for such functions."""


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
    """{ip, rssi, status, stopped}. `status` is what GET /status answers, or None; `stopped` is
    whether boot.py ran, and main.py after it did not; `rssi` is None without WiFi.
    """
    import json
    import sys

    import network

    server = sys.modules.get("device.server")
    api = sys.modules.get("device.api")
    serving = api and server and api in server.services.values()
    station = network.WLAN(network.WLAN.IF_STA)
    rssi = None
    if station.isconnected():
        rssi = station.status("rssi")
    state = sys.modules.get("device.rtc_state")
    booted = state and not state.last_error().startswith("main.py")
    answer = {
        "ip": station.ifconfig()[0],
        "rssi": rssi,
        "status": api.report() if serving else None,
        "stopped": bool(booted) and "device.button" not in sys.modules,
    }
    json.dump(answer, sys.stdout)


def resets():
    """[resets in a row, last error, how many boots ago that was], [] without device/."""
    import json
    import sys

    kept = sys.modules.get("device.rtc_state")
    answer = []
    if kept:
        age = getattr(kept, "error_age", 0)
        error = kept.last_error()
        answer = [kept.crashes, error, age]
    json.dump(answer, sys.stdout)


def rtc_memory():
    """What device/rtc_state.py retains, in hex, for where that is not loaded."""
    import binascii

    import machine

    kept = machine.RTC().memory()
    text = binascii.hexlify(kept[:128])
    print('"%s"' % text.decode())

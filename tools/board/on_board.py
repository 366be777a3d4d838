"""What runs on the board for every tool, sent as source: small, and MicroPython's Python.

Each function is sent by itself (inspect.getsource), so each imports what it needs. Where it has an
answer, that is its last line of output, as JSON. The heap of a switch that serves has few pieces
of more than 1 KB: so each allocates 512 bytes at most at once, and prints as it goes.
"""


def state():
    """Whether the switch answers a request, and where: {machine, ip, serving, error}."""
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
    if serving:
        try:
            serving = api.handle(b"GET /led HTTP/1.0\r\n\r\n")[9:12] != b"500"
        except Exception as e:
            serving = False
            getattr(rtc_state, "failed", repr)(e)  # older versions do not have it
    answer = {
        "machine": os.uname().machine,
        "ip": status and status.address() or station,
        "serving": bool(serving),
        "error": rtc_state.last_error() if rtc_state else "",
    }
    json.dump(answer, sys.stdout)


def confirm():
    """A deploy ended well: forgive resets before it, clear the error of an earlier boot, and drop
    what was kept for the way back.
    """
    from device import rtc_state

    rtc_state.settle()
    if rtc_state.error_age:
        rtc_state.record("")
    import os
    import sys

    trial = sys.modules.get("device.trial")
    if trial:
        trial.confirmed = True
        os.remove("/.deploy/undo")  # first: without what is kept it must not be there
        for name in os.listdir("/.deploy"):
            if name != "manifest":
                os.remove("/.deploy/" + name)


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


def receive_rom(address):
    """Write flash from this address on, the start of a sector: put(b"...base64...") adds a
    multiple of 4 bytes, by which a sector can be divided; end() ends it.
    """
    global put, end
    import binascii

    import esp

    at = address

    def put(chunk):
        nonlocal at
        data = binascii.a2b_base64(chunk)
        if not at % 4096:
            esp.flash_erase(at // 4096)
        esp.flash_write(at, data)
        at += len(data)

    def end():
        global put, end
        del put, end


def leave():
    """Before a restart: what others remember of the board's name (mDNS) holds no longer."""
    import sys

    mdns = sys.modules.get("device.mdns")
    try:
        mdns.leave()
    except Exception:
        pass  # it is off, or an older version, or there is no WiFi


def restart():
    """Reset once the answer to this has left the board. Its name is RESTARTING in restart.py."""
    import time

    import machine

    time.sleep_ms(100)
    try:
        from device import rtc_state

        rtc_state.load()
        rtc_state.settle()  # this reset is meant: startup.py does not count it
    except Exception:
        pass  # then it counts, or no program of ours was here
    machine.reset()

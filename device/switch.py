"""The switch: puts the pieces together and starts them."""

import sys

from device import retained
from device.button import Button
from device.led import Led

# Kept here, since the firmware does not keep alive what it calls back.
led = button = server = None
_status = _wifi = None


def start():
    """Start the switch, print its address and return; where it runs already, do nothing.

    Where the firmware cannot call back at a socket's event (option 20), serve until Ctrl-C
    instead. In safe mode nothing starts, and a line says why. Raises what goes wrong; where that
    is the server's part, the button switches the light all the same.
    """
    global led, button, server, _status
    if server:
        return
    from device import config, safe_mode

    retained.load()
    if safe_mode.active():
        print("switch: off (%s); mend it and reset the board" % retained.last_error())
        return
    settings = config.load()
    led = Led(settings.LED_PIN, settings.LED_ACTIVE_LOW)
    button = Button(led.toggle, _sweep)
    _forget_boot()

    # The largest modules, and those that people change: they come last.
    from device.api import Api
    from device.server import Server
    from device.status import Status, address

    _status = Status(_name_pages(settings.HOSTNAME))
    api = Api(led, _status.read, settings.HOSTNAME, settings.HTTP_PASSWORD)
    started = _status.server = Server(api.answer, _served)
    called_back = started.start()
    server = started
    print("switch: http://%s/" % (address() or settings.HOSTNAME))
    if not called_back:
        server.run()


def _forget_boot():
    """Give back the memory of what only booting needs, a quarter of all that the bundle takes."""
    global _wifi
    import device

    for name in ("config", "safe_mode", "wifi"):
        module = sys.modules.get("device." + name)
        if getattr(module, "ap_is_up", False):
            _wifi = module  # to switch our access point off
        elif module:
            del sys.modules["device." + name]
            delattr(device, name)


def _name_pages(name):
    """Put the board's name on the page; the version of the files."""
    try:
        from device import pages
    except ImportError:
        return "no page"  # the API does without
    pages.name(name.encode())
    return pages.VERSION


def _sweep():
    if server:
        server.sweep()


def _served():
    retained.set_crashes(0)  # whatever crashed, it serves again
    _status.tick()
    if _wifi:
        _wifi.sweep()

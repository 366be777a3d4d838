"""Puts the pieces of the switch together. Nothing of this is needed once it runs."""

import gc
import sys

from device import button, led, rtc_state


def start():
    """Start the switch, print its address and return; where it runs already, do nothing.

    In safe mode nothing starts, and a line says why. Raises what goes wrong; where that is the
    server's part, the button switches the light all the same.
    """
    loaded = sys.modules.get("device.server")
    if loaded and button.poll in getattr(loaded, "jobs", ()):
        return
    from device import config, safe_mode

    rtc_state.load()
    if safe_mode.active():
        print("switch: off (%s); mend it and reset the board" % rtc_state.last_error())
        return
    settings = config.load()
    led.start(settings.LED_PIN, settings.LED_ACTIVE_LOW)
    button.start()
    _forget("boot", "config", "safe_mode", "wifi")

    # The largest modules, and those that people change: they come last.
    from device import server

    button.sweep = server.sweep  # with WebREPL on, its listener tells even if api.py is broken
    from device import api, status

    status.start()
    api.start(settings.HOSTNAME, settings.HTTP_PASSWORD)
    server.listen(api)
    # A full queue may have lost the button's event; and the clock begins anew now and then.
    server.jobs += [button.poll, status.tick]
    print("switch: http://%s/" % (status.address() or settings.HOSTNAME))
    _forget("switch")


def _forget(*names):
    """Give back the memory of modules that only booting needs."""
    import device

    for name in names:
        if sys.modules.pop("device." + name, None):
            delattr(device, name)
    gc.collect()

"""Puts the pieces of the switch together. Nothing of this is needed once it runs."""

import gc
import sys
import time

from device import button

# What only booting needs, here and for tools/boot_only.py.
_BOOT_ONLY = ("startup", "config", "options", "wifi", "access_point", "switch")


def start(startup=None):
    """Start the switch, print its address and return; where it runs already, do nothing.

    `startup` is what boot.py found out; without it that is found out now. In safe mode nothing
    starts, and a line says why. Raises what goes wrong; where that is the server's part, the
    button switches the light all the same.
    """
    loaded = sys.modules.get("device.server")
    for name in ("device.api", "device.setup"):
        if sys.modules.get(name, 0) in getattr(loaded, "services", {}).values():
            return
    if not startup:
        from device.startup import load

        startup = load()
    if startup.mode == "safe":
        print("switch: off (%s); mend it and reset the board" % startup.verdict)
        return
    settings = startup.settings
    button.start()
    _forget(_BOOT_ONLY)

    # The largest modules, and those that people change: they come last.
    from device import server

    if not button.sweep:  # with WebREPL on, its listener tells even if api.py is broken
        button.sweep = server.sweep
        server.sources.append(button.poll)  # whose event a full queue may have lost
    if startup.mode == "setup" and _start("setup", settings):
        return
    from device import api, status

    status.started = status.last = time.ticks_ms()
    api.start(settings.HOSTNAME, settings.HTTP_PASSWORD)
    api.access.names += settings.names
    server.jobs.append(status.tick)  # the clock begins anew now and then
    for name in settings.features:
        _start(name, settings)
    for left in range(60, -1, -1):
        try:
            server.listen(api)
            break
        except OSError as e:
            # A soft reset does not end a connection that connection.py closed and its client did
            # not. lwIP does, after 5 s.
            if e.errno != 98 or not left:  # 98: EADDRINUSE
                raise
            time.sleep_ms(100)
    print("switch: http://%s/" % (status.address() or settings.HOSTNAME))
    for name, module in sys.modules.items():
        if name.startswith("device.") and hasattr(module, "start"):
            del module.start  # no module is started twice


def _start(name, settings):
    # A module that fails costs the switch nothing else -> whether it has started.
    gc.collect()
    before = list(sys.modules)
    try:
        __import__("device." + name)
        sys.modules["device." + name].start(settings)
        return True
    except (Exception, SystemExit) as e:
        problem = "%s is off: %s: %s" % (name, type(e).__name__, e)
        print("switch:", problem)
        sys.modules["device.rtc_state"].record(problem)
        _forget([name[7:] for name in sys.modules if name not in before])  # "device."


def _forget(names):
    # Give back the memory of modules that are not needed.
    import device

    for name in names:
        if sys.modules.pop("device." + name, None):
            delattr(device, name)
    gc.collect()

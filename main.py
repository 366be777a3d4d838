"""Second on the board: starts the switch and returns, so that the prompt stays alive."""

try:
    # What boot.py found out, whose names are here as well; nothing is there for `import main`.
    startup = globals().pop("startup", False)
    if startup is not None:  # as after Ctrl-C, which asked for a prompt only
        from device import switch

        switch.start(startup)
        del switch  # no longer needed
except (Exception, SystemExit) as e:
    problem = "main.py: %s: %s" % (type(e).__name__, e)
    print(problem)
    try:
        from device import rtc_state

        rtc_state.load()
        rtc_state.record(problem)
        import os

        os.stat("/.deploy/undo")  # there while a deploy is on trial: boot.py takes it back
        rtc_state.set(8, 2)
        import machine

        machine.reset()
    except Exception:
        pass  # then the line above is all that can be done
globals().pop("startup", None)  # no longer needed

"""Second on the board: starts the switch and returns, so that the prompt stays alive."""

try:
    # Ctrl-C in boot.py, whose names are here as well, asked for a prompt only.
    if not globals().get("boot_interrupted"):
        from device import switch

        switch.start()
        del switch  # no longer needed
except Exception as e:
    problem = "main.py: %s: %s" % (type(e).__name__, e)
    print(problem)
    try:
        from device import rtc_state

        rtc_state.load()
        rtc_state.record(problem)
    except Exception:
        pass  # then the line above is all that can be done

"""`webrepl_setup` of the ESP8266: the first import asks whether boot.py shall start WebREPL.

It asks the same questions as the firmware's own, in the same order.
"""

import os
import sys

import machine

_BOOT = "boot.py"
_CONFIG = "webrepl_cfg.py"
_LINES = ("import webrepl", "webrepl.start()")


def ask():
    """The dialogue. SystemExit where there is nothing to do."""
    enabled = _is_enabled()
    print("WebREPL is started at boot:", "yes" if enabled else "no")
    answer = input("(E)nable or (D)isable that? Enter alone quits: ").upper()
    if answer == "E" and (not _exists(_CONFIG) or _yes("Change the password? (y/n) ")):
        with open(_CONFIG, "w") as f:
            f.write("PASS = %r\n" % _password())
    if answer not in ("D", "E") or enabled == (answer == "E"):
        print("No further action required")
        sys.exit()
    _change(answer == "E")
    print("This takes effect at the next boot.")
    if _yes("Reboot now? (y/n) "):
        machine.reset()


def _yes(question):
    while True:
        answer = input(question)
        if answer in ("y", "n", ""):
            return answer == "y"


def _password():
    while True:
        password = input("New password (4-9 chars): ")
        if not 4 <= len(password) <= 9:
            print("A password has 4 to 9 characters.")
        elif input("Confirm password: ") == password:
            return password
        else:
            print("Passwords do not match")


def _exists(name):
    try:
        os.stat(name)
    except OSError:
        return False
    return True


def _is_enabled():
    with open(_BOOT) as f:
        for line in f:
            if "webrepl" in line:
                return not line.startswith("#")
    return False


def _change(enable):
    # Lines that are there become comments, or stop being ones; else both go to the end.
    found = False
    with open(_BOOT) as old, open(_BOOT + ".tmp", "w") as new:
        for line in old:
            if any(part in line for part in _LINES):
                found = True
                line = line.lstrip("# ")
                line = line if enable else "#" + line
            new.write(line)
        if not found:
            new.write("\n".join(_LINES) + "\n")
    os.rename(_BOOT + ".tmp", _BOOT)

"""The settings: what webrepl_cfg.py says, where it is fit for use, and defaults for the rest."""

import io
import os
import sys
from binascii import hexlify

# Name, fewest and most bytes; empty is always allowed. PASS: what the firmware takes (modwebrepl.c
# and webrepl_setup.py). WIFI_SSID, WIFI_PASSWORD: what the SDK stores. AP_PASSWORD: WPA2's rule.
# HOSTNAME: what both DHCP's name and an access point's take. BASE: the stock WebREPL's, where the
# client that a browser gets is.
_TEXTS = (
    ("PASS", 4, 9),
    ("WIFI_SSID", 1, 32),
    ("WIFI_PASSWORD", 1, 64),
    ("HOSTNAME", 1, 32),
    ("AP_PASSWORD", 8, 63),
    ("HTTP_PASSWORD", 1, 64),
    ("BASE", 1, 255),
)
# Not 0, the button; not 1 and 3, the serial port; not 6 to 11, the flash chip.
_PINS = (2, 4, 5, 12, 13, 14, 15, 16)


class Config:
    """The settings, under the names of webrepl_cfg.py, and `problem`: a line for a person, or "".

    `problem` names settings and never holds values, which may be secrets.
    """

    PASS = WIFI_SSID = WIFI_PASSWORD = AP_PASSWORD = HTTP_PASSWORD = BASE = problem = ""
    HOSTNAME = "switch"
    LED_PIN = 2
    LED_ACTIVE_LOW = True


def load():
    """Read webrepl_cfg.py into a Config; never raises, whatever that file holds.

    A setting that is missing or unfit has its default. HTTP_PASSWORD is the exception: where one
    may have been meant but cannot be read, it becomes one that nobody knows, so that a slip of the
    keyboard does not open the switch to everybody.
    """
    config = Config()
    try:
        import webrepl_cfg

        # Its values are copied; and whoever edits the file gets the new ones at the next load().
        del sys.modules["webrepl_cfg"]
    except (Exception, SystemExit) as e:
        if isinstance(e, ImportError) and "webrepl_cfg" in str(e):
            config.problem = "webrepl_cfg.py is missing: make it from webrepl_cfg.py.example"
        else:
            # Without the exception's text: `PASS = secret` has "name 'secret' isn't defined".
            config.problem = "webrepl_cfg.py%s: %s" % (_line(e), type(e).__name__)
            config.HTTP_PASSWORD = _nobody_knows()
        return config
    unfit = _take(config, webrepl_cfg)
    if "HTTP_PASSWORD" in unfit:
        config.HTTP_PASSWORD = _nobody_knows()
    if unfit:
        config.problem = "webrepl_cfg.py: not as in the example: " + ", ".join(unfit)
    return config


def _take(config, source):
    """Copy the settings that are fit for use; the names of the others."""
    unfit = []
    for name, fewest, most in _TEXTS:
        value = getattr(source, name, "")
        if type(value) is not str or value and not fewest <= len(value.encode()) <= most:
            unfit.append(name)
        elif "\0" in value:  # the SDK's texts end there: a password may be none
            unfit.append(name)
        elif name == "HOSTNAME" and not _is_host(value):
            unfit.append(name)
        elif value:
            setattr(config, name, value)
    for name, fit in (("LED_PIN", _PINS), ("LED_ACTIVE_LOW", (False, True))):
        value = getattr(source, name, getattr(config, name))
        if type(value) is type(fit[0]) and value in fit:
            setattr(config, name, value)
        else:
            unfit.append(name)
    return unfit


def _is_host(name):
    # RFC 952: other characters would never match the Host header of a browser's request.
    return name == name.strip("-") and all(
        c == "-" or ord(c) < 128 and (c.isalpha() or c.isdigit()) for c in name
    )


def _line(error):
    """Where in webrepl_cfg.py an exception arose: ", line 3", or "" where nobody can tell."""
    trace = io.StringIO()
    sys.print_exception(error, trace)
    _, *after = trace.getvalue().split('webrepl_cfg.py", line ')
    return ", line " + after[-1].split()[0].strip(",") if after else ""


def _nobody_knows():
    return hexlify(os.urandom(16)).decode()

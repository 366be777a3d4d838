"""The settings: what webrepl_cfg.py says, where it is fit for use, and defaults for the rest."""

import io
import os
import sys
from binascii import hexlify

# Feature (a module here; "": none), name, default, and what the value may be: one of these; or a
# number from the first to the second; or a text of so many bytes, and its kind: 0 may be empty,
# 1 is a host name, 2 is as 0 or a WPA key of 64 hex digits, 3 is host names and may be empty.
# made of tools/settings_table.py: begin (by `python -m tools.settings_texts`)
LIMITS = (
    ("", "WIFI_SSID", "", 1, 32, 0),
    ("", "WIFI_PASSWORD", "", 8, 63, 2),
    ("", "HOSTNAME", "switch", 1, 32, 1),
    ("", "HOST_NAMES", "", 1, 255, 3),
    ("", "PASS", "", 4, 9, 0),
    ("", "HTTP_PASSWORD", "", 1, 64, 0),
    ("", "AP_PASSWORD", "", 8, 63, 0),
    ("", "LED_PIN", 2, (2, 4, 5, 12, 13, 14, 15, 16)),
    ("", "LED_ACTIVE_LOW", True, (False, True)),
    ("", "BASE", "", 1, 255, 0),
)


class Config:
    """The settings, under the names of webrepl_cfg.py, and `problem`: a line for a person, or "".

    `problem` names settings and never holds values, which may be secrets. `features` is a list of
    the optional modules that are on; only their settings are here. `names` has HOST_NAMES for
    access.py: each in lower case, with a line feed behind it.
    """

    problem: str
    features: list
    names: str
    WIFI_SSID: str
    WIFI_PASSWORD: str
    HOSTNAME: str
    HOST_NAMES: str
    PASS: str
    HTTP_PASSWORD: str
    AP_PASSWORD: str
    LED_PIN: int
    LED_ACTIVE_LOW: bool
    BASE: str


# made of tools/settings_table.py: end


def load():
    """Read webrepl_cfg.py into a Config; never raises, whatever that file holds.

    A setting that is missing or unfit has its default. HTTP_PASSWORD is the exception: where one
    may have been meant but cannot be read, it becomes one that nobody knows, so that a slip of the
    keyboard does not open the switch to everybody.
    """
    config = Config()
    config.features = []
    for _, name, default, *_ in LIMITS:
        setattr(config, name, default)
    try:
        import webrepl_cfg

        # Its values are copied; and whoever edits the file gets the new ones at the next load().
        del sys.modules["webrepl_cfg"]
        if hasattr(webrepl_cfg, "__path__"):
            problem, locked = "webrepl_cfg.py is hidden by a folder webrepl_cfg: remove that", True
        else:
            problem, locked = _copy(config, webrepl_cfg)
    except (Exception, SystemExit) as e:
        locked = not isinstance(e, ImportError) or "webrepl_cfg" not in str(e)
        if locked:
            # Without the exception's text: `PASS = secret` has "name 'secret' isn't defined".
            problem = "webrepl_cfg.py%s: %s" % (_line(e), type(e).__name__)
        else:
            problem = "webrepl_cfg.py is missing: make it from webrepl_cfg.py.example"
    if locked:
        config.HTTP_PASSWORD = hexlify(os.urandom(16)).decode()
        problem += "; so nobody gets into the page"
    config.names = "\n".join(config.HOST_NAMES.lower().split() + [""])
    config.problem = problem
    return config


def _copy(config, source):
    """Copy the settings that are fit for use; what is wrong with the rest, and whether that may
    have been meant as a password of the page.
    """
    unfit = []
    unknown = [name for name in dir(source) if name[0] != "_"]
    rows = LIMITS
    if [name for name in unknown if not hasattr(config, name)]:
        from device import options

        rows += options.LIMITS
    last = ""
    for feature, name, value, *limits in rows:
        default = value
        if name in unknown:
            unknown.remove(name)
            value = getattr(source, name)
            if type(value) is not type(default) or not _fits(value, *limits):
                unfit.append(name)
                value = default
        if feature != last and value != default:
            config.features.append(feature)
        last = feature
        if not feature or feature in config.features:
            setattr(config, name, value)
    problem = ""
    if unfit:
        problem = "webrepl_cfg.py: not as in the example: " + ", ".join(unfit)
    locked = "HTTP_PASSWORD" in unfit
    if unknown:
        unknown.sort()
        problem = (problem + "; " if unfit else "webrepl_cfg.py: ") + "unknown: "
        problem += ", ".join(unknown)
        looks = "\n".join(unknown).lower()
        if not config.HTTP_PASSWORD and ("pas" in looks or "pw" in looks or "http" in looks):
            locked = True
    return problem, locked


def _fits(value, fewest, most=0, kind=0):
    if not most:
        return value in fewest
    if isinstance(value, int):
        return fewest <= value <= most
    if not value:
        return kind != 1
    size = len(value.encode())
    digits = 0
    for c in value:
        code = ord(c)
        # What no login can type; half a character is no text.
        if code < 32 or code == 127 or 0xD800 <= code < 0xE000:
            return False
        # RFC 952: other characters would never match the Host header of a browser's request.
        if kind & 1 and c not in ("-", "- .")[kind == 3]:
            if code > 127 or not (c.isalpha() or c.isdigit()):
                return False
        digits += c in "0123456789abcdefABCDEF"
    if kind == 1 and value != value.strip("-"):
        return False
    return fewest <= size <= most or kind == 2 and digits == size == 64


def _line(error):
    """Where in webrepl_cfg.py an exception arose: ", line 3", or "" where nobody can tell."""
    trace = io.StringIO()
    sys.print_exception(error, trace)
    _, *after = trace.getvalue().split('webrepl_cfg.py", line ')
    return ", line " + after[-1].split()[0].strip(",") if after else ""

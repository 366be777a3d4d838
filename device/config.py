"""The settings: what webrepl_cfg.py says, where it is fit for use, and defaults for the rest."""

import io
import os
import sys
from binascii import hexlify

# made of tools/settings_table.py: begin (by `python -m tools.settings_texts`)
# Name, and the values that it may have; or a text's fewest and most bytes, and kind.
_LIMITS = (
    ("WIFI_SSID", 1, 32, ""),
    ("WIFI_PASSWORD", 8, 63, "key"),
    ("HOSTNAME", 1, 32, "name"),
    ("PASS", 4, 9, ""),
    ("HTTP_PASSWORD", 1, 64, ""),
    ("AP_PASSWORD", 8, 63, ""),
    ("LED_PIN", (2, 4, 5, 12, 13, 14, 15, 16)),
    ("LED_ACTIVE_LOW", (False, True)),
    ("BASE", 1, 255, ""),
)


class Config:
    """The settings, under the names of webrepl_cfg.py, and `problem`: a line for a person, or "".

    `problem` names settings and never holds values, which may be secrets.
    """

    problem = ""
    WIFI_SSID = ""
    WIFI_PASSWORD = ""
    HOSTNAME = "switch"
    PASS = ""
    HTTP_PASSWORD = ""
    AP_PASSWORD = ""
    LED_PIN = 2
    LED_ACTIVE_LOW = True
    BASE = ""


# made of tools/settings_table.py: end


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
            _close(config)
        return config
    if hasattr(webrepl_cfg, "__path__"):
        config.problem = "webrepl_cfg.py is hidden by a folder webrepl_cfg: remove that"
        _close(config)
        return config
    unfit = _take(config, webrepl_cfg)
    unknown = _unknown(webrepl_cfg)
    words = []
    if unfit:
        words.append("not as in the example: " + ", ".join(unfit))
    if unknown:
        words.append("unknown: " + ", ".join(unknown))
    if words:
        config.problem = "webrepl_cfg.py: " + "; ".join(words)
    if "HTTP_PASSWORD" in unfit:
        _close(config)
    elif not config.HTTP_PASSWORD:
        for name in unknown:
            if _is_like_a_password(name.lower()):
                _close(config)
    return config


def _take(config, source):
    """Copy the settings that are fit for use; the names of the others."""
    unfit = []
    for name, *limits in _LIMITS:
        default = getattr(config, name)
        value = getattr(source, name, default)
        if type(value) is type(default) and _fits(value, *limits):
            setattr(config, name, value)
        else:
            unfit.append(name)
    return unfit


def _unknown(source):
    names = [name for name, *_ in _LIMITS]
    return [name for name in sorted(dir(source)) if name[0] != "_" and name not in names]


def _is_like_a_password(name):
    return "pas" in name or "pw" in name or "http" in name


def _fits(value, fewest, most=0, kind=""):
    if not most:
        return value in fewest
    if not value:
        return kind != "name"
    for c in value:  # what no login can type; half a character is no text
        if c < " " or c == "\x7f" or "\ud7ff" < c < "\ue000":
            return False
    if kind == "name" and not _is_host(value):
        return False
    size = len(value.encode())
    if kind == "key" and size == 64:
        return all(c in "0123456789abcdefABCDEF" for c in value)
    return fewest <= size <= most


def _is_host(name):
    # RFC 952: other characters would never match the Host header of a browser's request.
    return name == name.strip("-") and all(
        c == "-" or c < "\x80" and (c.isalpha() or c.isdigit()) for c in name
    )


def _close(config):
    config.HTTP_PASSWORD = hexlify(os.urandom(16)).decode()
    config.problem += "; so nobody gets into the page"


def _line(error):
    """Where in webrepl_cfg.py an exception arose: ", line 3", or "" where nobody can tell."""
    trace = io.StringIO()
    sys.print_exception(error, trace)
    _, *after = trace.getvalue().split('webrepl_cfg.py", line ')
    return ", line " + after[-1].split()[0].strip(",") if after else ""

"""Reads what a browser sends of the setup form, and makes text safe to show in a page."""

from binascii import unhexlify


def fields(body):
    """Name -> value (str) of a form's body (bytes, application/x-www-form-urlencoded); None where
    that is malformed. Of a name that comes twice the last one counts.
    """
    found = {}
    try:
        for pair in body.split(b"&"):
            name, *value = pair.split(b"=", 1)
            found[_decode(name)] = _decode(value[0]) if value else ""
    except ValueError:  # a UnicodeError is one, too
        return None
    return found


def fault(ssid, password):
    """What is wrong with a network's name and password, as a sentence; "" for nothing."""
    for c in ssid + password:
        code = ord(c)
        if code < 32 or code == 127 or 0xD800 <= code < 0xE000:
            return "Name and password must not have control characters."
    if not 1 <= len(ssid.encode()) <= 32:
        return "Choose a network, or enter its name: 32 bytes at most."
    size = len(password.encode())
    if size == 64 and not password.strip("0123456789abcdefABCDEF"):
        return ""  # a WPA key
    if size and not 8 <= size <= 63:
        return "A WiFi password has 8 to 63 characters; an open network has none."
    return ""


def escape(text):
    """`text` for a page, also between quotes."""
    for c, entity in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;")):
        text = text.replace(c, entity)
    return text


def option(name):
    """A line of the form's list of networks."""
    shown = escape(name)
    # A browser sends the text without its outer spaces, and single ones for several.
    if " ".join(name.split()) == name:
        return "<option>%s" % shown
    return '<option value="%s">%s' % (shown, shown)


def _decode(data):
    # ValueError where a % has no two hex digits behind it, or where it is not UTF-8.
    first, *rest = data.replace(b"+", b" ").split(b"%")
    for part in rest:
        if len(part) < 2:
            raise ValueError
        first += unhexlify(part[:2]) + part[2:]
    return str(first, "utf-8")

"""Bake the page: device/www/* becomes device/pages.py, responses that are complete in advance.

Everything that never changes while the board runs is settled here, on the PC: headers, lengths,
compression, names that carry a content hash. The board only sends, and fills in the three fields
of the page, whose places and widths are settled here too.
"""

import hashlib
import re
import zlib
from pathlib import Path

from tools.errors import UserError

# lwIP takes 1072 bytes in one send, but could not queue the FIN behind them.
MAX_RESPONSE = 1071

HTML_HEADERS = (
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    "Content-Security-Policy: default-src 'self'; img-src data:; frame-ancestors 'none'",
    # Not no-referrer: under it browsers send the form's POST with "Origin: null", as they do for
    # a sandboxed page of somebody else's. To other sites neither tells anything.
    "Referrer-Policy: same-origin",
    "X-Content-Type-Options: nosniff",
)
ASSET_HEADERS = (
    "Content-Encoding: gzip",
    "Cache-Control: max-age=31536000",
    "X-Content-Type-Options: nosniff",
)
TYPES = {".css": "text/css", ".js": "text/javascript"}

# {field} of index.html: what stands there at first. The board overwrites it with as many bytes.
NAME_WIDTH = 32  # the longest host name that the firmware takes
FIELDS = {"name": b"switch".ljust(NAME_WIDTH), "checked": b'"false"', "state": b"Off"}

_MODULE = '''\
"""The page: baked by tools/bake.py from device/www, {size} bytes of responses."""

import uctypes

VERSION = "{version}"

PAGES = {{
{pages}}}

_HOME = {home!r}
# A module's constants stay in memory with it. A copy to write in would cost a second kilobyte,
# so the page is written in where it is.
_home = uctypes.bytearray_at(uctypes.addressof(_HOME), {length})


def _put(at, text):
    for i in range(len(text)):
        _home[at + i] = text[i]


def name(text):
    """Put the board's name, a host name of at most {width} bytes, on the page."""
    _put({name}, b" " * {width})
    _put({name}, text[:{width}])


def home(on):
    """The complete response to GET /, showing the light's state; valid until the next call."""
    _put({checked}, b'"true" ' if on else b'"false"')
    _put({state}, b"On " if on else b"Off")
    return _home
'''


def squeeze(text: str, suffix: str) -> str:
    """Source without what only its reader needs: comments and most white space.

    This is no parser: it takes it that no tag is broken over lines, that a script's statements
    end in semicolons, and that no regular expression is in it.
    """
    if suffix == ".js":
        string = r"""("[^"\n]*"|`[^`]*`)"""
        parts = re.split(string, re.sub(string + "|//.*", r"\1", text))
        for i in range(0, len(parts), 2):  # every second part is a string
            part = re.sub(r"\s*([^\w\s])\s*", r"\1", parts[i])
            parts[i] = re.sub(r"[,;]([]}])", r"\1", part)
        return re.sub(r"\s*\n\s*", "\n", "".join(parts)).strip()
    text = re.sub(r"<!--.*?-->|/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*\n\s*", "\n", text).strip()
    if suffix == ".css":
        text = re.sub(r"\s*([{};,>]|:(?= ))\s*", r"\1", text).replace(";}", "}")
        text = re.sub(r"\b0\.", ".", text)
    return text


def gzip(data: bytes) -> bytes:
    """A gzip stream without what differs between machines: the time, and the system's name."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    stream = packer.compress(data) + packer.flush()
    return stream[:9] + b"\xff" + stream[10:]


def response(path: Path, headers: tuple[str, ...], body: bytes) -> bytes:
    """A whole 200 response made of path; UserError where the board could not send it at once."""
    head = ("HTTP/1.1 200 OK", *headers, f"Content-Length: {len(body)}", "Connection: close")
    data = "\r\n".join((*head, "", "")).encode() + body
    if len(data) > MAX_RESPONSE:
        raise UserError(
            f"{path}: makes {len(data)} bytes with its headers", f"{MAX_RESPONSE} is the limit"
        )
    return data


def assets(www: Path) -> dict[str, tuple[str, bytes]]:
    """Each style sheet and script in www: file name -> its path on the board, its response."""
    found = {}
    for path in sorted(www.iterdir()):
        if path.suffix in TYPES:
            body = gzip(squeeze(path.read_text("utf-8"), path.suffix).encode())
            link = f"/{hashlib.sha256(body).hexdigest()[:8]}{path.suffix}"
            headers = (f"Content-Type: {TYPES[path.suffix]}", *ASSET_HEADERS)
            found[path.name] = link, response(path, headers, body)
    return found


def page(index: Path, links: dict[str, str]) -> tuple[bytes, dict[str, int]]:
    """The response to GET /, and where in it the fields begin."""
    values = FIELDS | {name: link.encode() for name, link in links.items()}
    body, places = b"", {}
    # Every second part is the name of a field or of an asset.
    parts = re.split(r"{([\w.]+)}", squeeze(index.read_text("utf-8"), ".html"))
    if sorted(parts[1::2]) != sorted(values):
        needed = ", ".join(f"{{{field}}}" for field in values)
        raise UserError(
            f"{index}: its fields are not the expected ones", f"use {needed}, once each"
        )
    for text, field in zip(parts[::2], [*parts[1::2], ""]):
        body += text.encode()
        places[field] = len(body)
        body += values.get(field, b"")
    home = response(index, HTML_HEADERS, body)
    head = len(home) - len(body)
    return home, {field: head + places[field] for field in FIELDS}


def render(www: Path, version: str) -> str:
    """The source of device/pages.py for the sources in www, with VERSION = version."""
    made = assets(www)
    home, places = page(www / "index.html", {name: link for name, (link, _) in made.items()})
    return _MODULE.format(
        version=version,
        home=home,
        pages="".join(f"    {link.encode()!r}: {data!r},\n" for link, data in made.values()),
        size=len(home) + sum(len(data) for _, data in made.values()),
        length=len(home),
        width=NAME_WIDTH,
        **places,
    )

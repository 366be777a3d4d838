"""Build the page: device/www/* becomes device/pages.py, responses that are complete in advance.

Everything that never changes while the board runs is made here, on the PC: headers, lengths,
compression, and names with a content hash. The board fills in the three fields of the page, whose
widths are fixed here too, and sends.
"""

import hashlib
import re
import zlib
from pathlib import Path

from tools.errors import UserError
from tools.inputs import read_text

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

# {field} of index.html: how the board fills it in. Its width is fixed, so the header's length is.
FIELDS = {"name": b"%-32s", "checked": b"%-7s", "state": b"%-3s"}  # 32: the longest host name

_MODULE = '''\
"""The page: made by tools/build_pages.py from device/www, {size} bytes of responses."""

VERSION = "{version}"

PAGES = {{
{pages}}}

_PAGE = {html!r}


def render(name, on):
    """The complete response to GET / of the board `name` (bytes), showing the light's state."""
    checked = '"true"' if on else '"false"'
    return _PAGE % (name, checked.encode(), ("On" if on else "Off").encode())
'''


def squeeze(text: str, suffix: str) -> str:
    """Remove comments and most white space from a source.

    This is no parser. It assumes that no tag is broken over lines, that a script's statements
    end in semicolons, and that a script has no regular expression.
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
    """Compress without what differs between machines: the time, and the system's name."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    stream = packer.compress(data) + packer.flush()
    return stream[:9] + b"\xff" + stream[10:]


def response(path: Path, headers: tuple[str, ...], body: bytes) -> bytes:
    """Make a whole 200 response of path; UserError if the board could not send it at once."""
    head = ("HTTP/1.1 200 OK", *headers, f"Content-Length: {len(body)}", "Connection: close")
    data = "\r\n".join((*head, "", "")).encode() + body
    if len(data) > MAX_RESPONSE:
        raise UserError(
            f"{path}: makes {len(data)} bytes with its headers", f"{MAX_RESPONSE} is the limit"
        )
    return data


def assets(www: Path) -> dict[str, tuple[str, bytes]]:
    """Each style sheet and script in www: file name -> its link from the page, its response."""
    found = {}
    try:
        paths = sorted(www.iterdir())
    except OSError as error:
        raise UserError(f"{www}: {error.strerror}", "the page is made of what is in it") from None
    for path in paths:
        if path.suffix in TYPES:
            body = gzip(squeeze(read_text(path), path.suffix).encode())
            link = f"{hashlib.sha256(body).hexdigest()[:8]}{path.suffix}"
            headers = (f"Content-Type: {TYPES[path.suffix]}", *ASSET_HEADERS)
            found[path.name] = link, response(path, headers, body)
    return found


def page(index: Path, links: dict[str, str]) -> bytes:
    """The response to GET /, for the board to format with the values of FIELDS, in that order."""
    values = FIELDS | {name: link.encode() for name, link in links.items()}
    # Every second part is the name of a field or of an asset.
    parts = re.split(r"{([\w.]+)}", squeeze(read_text(index), ".html"))
    fields = [part for part in parts[1::2] if part in FIELDS]
    if sorted(parts[1::2]) != sorted(values) or fields != list(FIELDS):
        needed = ", ".join(f"{{{field}}}" for field in values)
        raise UserError(
            f"{index}: its fields are not the expected ones", f"use {needed}, once each"
        )
    body = b"".join(
        values[part] if i % 2 else part.replace("%", "%%").encode() for i, part in enumerate(parts)
    )
    shown = body % (b"", b"", b"")
    head = response(index, HTML_HEADERS, shown).removesuffix(shown)
    return head.replace(b"%", b"%%") + body


_OPTIONAL = '''\
"""What the page has of optional features: tools/build_pages.py made it of www/optional."""

from device import api, status

_PATH = "{path}"


def start():
    """Serve it, and have the page load it."""
    if api.pages and _PATH[1:] not in api.pages.PAGES:
        api.pages.PAGES[_PATH[1:]] = {data!r}
        status.more.append(_report)


def _report(fields):
    fields["more"] = _PATH
'''


def render_optional(www: Path) -> str:
    """The source of device/page_more.py for the sources in www."""
    ((path, data),) = assets(www / "optional").values()
    return _OPTIONAL.format(path=f"./{path}", data=data)


def render(www: Path, version: str) -> str:
    """The source of device/pages.py for the sources in www, with VERSION = version."""
    made = assets(www)
    html = page(www / "index.html", {name: link for name, (link, _) in made.items()})
    return _MODULE.format(
        version=version,
        html=html,
        pages="".join(f"    {'/' + link!r}: {data!r},\n" for link, data in made.values()),
        size=len(html) + sum(len(data) for _, data in made.values()),
    )

"""Build the setup pages: device/www/setup/* becomes device/setup_pages.py.

The style is a response that is complete in advance, as those of build_pages.py are. The pages are
texts that the board fills in, because their values differ in length.
"""

import re
from pathlib import Path

from tools.build_pages import MAX_RESPONSE, assets, squeeze
from tools.errors import UserError
from tools.inputs import read_text

HEADERS = (
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'",
    "Connection: close",
)
# {field} of each part, in the order in which the board fills them in.
FIELDS = {
    "frame.html": ("name", "line", "rest"),
    "form.html": ("networks", "token"),
    "state.html": ("refresh", "more"),
    "switch.html": ("token",),
}

_MODULE = '''\
"""The setup pages: made by tools/build_setup.py from device/www/setup."""

PAGES = {pages!r}

# What is the rest of a page, cut where the fields are.
FORM = {form!r}

STATE = {state!r}

SWITCH = {switch!r}


def page(name, line, rest):
    """The response (bytearray) with a page; `rest` is a tuple of bytes. It allocates that once:
    little memory is free, and in small pieces.
    """
    start, before, after, end = {frame!r}
    parts = (start, name, before, line, after) + rest + (end,)
    head = {head!r} % sum([len(part) for part in parts])
    response = bytearray(sum([len(part) for part in parts], len(head)))
    at = 0
    for part in (head,) + parts:
        response[at : at + len(part)] = part
        at += len(part)
    return response


def room(name, line, rest):
    """How many more bytes such a page may have."""
    return {most} - {overhead} - len(name) - len(line) - sum([len(part) for part in rest])
'''


def part(path: Path, links: dict[str, str]) -> tuple[bytes, ...]:
    """Make the parts of path, which is cut where the board puts the values of FIELDS."""
    parts = re.split(r"{([\w.]+)}", squeeze(read_text(path), ".html"))
    fields = FIELDS[path.name]
    if tuple(part for part in parts[1::2] if part not in links) != fields:
        needed = ", ".join(f"{{{field}}}" for field in fields)
        raise UserError(f"{path}: its fields are not the expected ones", f"use {needed}")
    text = "".join(links.get(part, "\0") if i % 2 else part for i, part in enumerate(parts))
    return tuple(piece.encode() for piece in text.split("\0"))


def render(www: Path) -> str:
    """The source of device/setup_pages.py for the sources in www."""
    made = assets(www)
    links = {name: link for name, (link, _) in made.items()}
    frame, form, state, switch = (part(www / name, links) for name in FIELDS)
    head = "\r\n".join(("HTTP/1.1 200 OK", *HEADERS, "Content-Length: %d", "", "")).encode()
    return _MODULE.format(
        pages={f"/{link}": data for link, data in made.values()},
        form=form,
        state=state,
        switch=switch,
        frame=frame,
        head=head,
        most=MAX_RESPONSE,
        overhead=len(head) + 2 + sum(map(len, frame)),  # 2: a length has up to four digits
    )

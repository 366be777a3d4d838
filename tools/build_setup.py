"""Build the setup pages: device/www/setup/* becomes device/setup_pages.py.

The style is a response that is complete in advance, as those of build_pages.py are. The pages are
texts that the board fills in, since what is in them differs in length.
"""

import re
from pathlib import Path

from tools.build_pages import assets, squeeze
from tools.errors import UserError
from tools.inputs import read_text

HEADERS = (
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'",
    "Connection: close",
)
# {field} of a page, in the order in which the board fills them in.
FIELDS = {
    "form.html": ("name", "line", "networks", "token"),
    "state.html": ("refresh", "name", "line", "more"),
    "switch.html": ("name", "line"),
}

_MODULE = '''\
"""The setup pages: made by tools/build_setup.py from device/www/setup. They are api.py's pages
while setup lasts.
"""

VERSION = "{version}"

PAGES = {pages!r}

FORM = {form!r}

STATE = {state!r}


def render(name, on):
    """The response with the switch's page, as device/pages.py has it."""
    return response({switch!r} % (name.decode(), "On" if on else "Off"))


def response(text):
    """A whole response with a page."""
    text = text.encode()
    return ({head!r} % len(text)).encode() + text
'''


def page(path: Path, links: dict[str, str]) -> str:
    """The page made of path, for the board to format with the values of FIELDS."""
    parts = re.split(r"{([\w.]+)}", squeeze(read_text(path), ".html"))
    fields = FIELDS[path.name]
    if tuple(part for part in parts[1::2] if part not in links) != fields:
        needed = ", ".join(f"{{{field}}}" for field in fields)
        raise UserError(f"{path}: its fields are not the expected ones", f"use {needed}")
    return "".join(
        links.get(part, "%s") if i % 2 else part.replace("%", "%%") for i, part in enumerate(parts)
    )


def render(www: Path, version: str) -> str:
    """The source of device/setup_pages.py for the sources in www, with VERSION = version."""
    made = assets(www)
    links = {name: link for name, (link, _) in made.items()}
    form, state, switch = (page(www / name, links) for name in FIELDS)
    head = "\r\n".join(("HTTP/1.1 200 OK", *HEADERS, "Content-Length: %d", "", ""))
    return _MODULE.format(
        version=version,
        pages=dict(made.values()),
        head=head,
        form=form,
        state=state,
        switch=switch,
    )

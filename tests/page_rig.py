"""The built page, taken apart for tests."""

import types
from html.parser import HTMLParser
from pathlib import Path

from tools import build_pages

WWW = Path(__file__).parent.parent / "device" / "www"


def load():
    """device/pages.py, made afresh, as a module on CPython."""
    pages = types.ModuleType("pages")
    exec(build_pages.render(WWW, "0123abcd"), vars(pages))
    return pages


def split(response):
    """Status line, fields by lower-case name, body."""
    head, body = bytes(response).split(b"\r\n\r\n", 1)
    status, *lines = head.decode("ascii").split("\r\n")
    return status, {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}, body


def html(pages, on=False, name=b"switch"):
    """The body of GET /."""
    return split(pages.render(name, on))[2].decode("ascii")


class Tags(HTMLParser):
    """Collects the tags, and what is wrong with how they nest."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.wrong, self.text = [], [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("dt", "dd") and self.open[-1] in ("dt", "dd"):
            self.open.pop()  # ends where the next begins
        if tag not in ("meta", "link", "html"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag == "dl" and self.open[-1] == "dd":
            self.open.pop()
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if self.open and data.strip():
            self.text.setdefault(self.open[-1], data)

    def one(self, tag):
        (attrs,) = [attrs for name, attrs in self.tags if name == tag]
        return attrs

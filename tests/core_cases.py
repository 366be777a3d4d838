"""What the tests of the pure core share. Like them it runs on CPython and on MicroPython, so no
pytest in here."""

import hashlib

from device import api, http

LINES = b"Host: switch.local\r\n"
CURL = b"GET /led HTTP/1.1\r\nHost: 192.168.4.1\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n"
BROWSER = (
    b"POST /toggle HTTP/1.1\r\nHost: 192.168.4.1:8080\r\nConnection: keep-alive\r\n"
    b"Content-Length: 0\r\nOrigin: http://192.168.4.1:8080\r\nDNT: 1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nUpgrade-Insecure-Requests: 1\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537\r\n"
    b"Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nSec-Fetch-Site: same-origin\r\n"
    b'If-None-Match: "x"\r\nAccept-Encoding: gzip, deflate\r\nCookie: a=b; c=d\r\n\r\n'
)
SET = b'PUT /led HTTP/1.1\r\nHost: switch\r\nContent-Length: 11\r\n\r\n{"on":true}'
# All errors, as http.error() numbers them.
NUMBERS = (
    (303, 4000, 4001, 4002, 4003, 4004, 4005, 401, 403, 404, 405, 406)
    + (408, 411, 413, 414, 415, 421, 431, 500, 5010, 5011, 503, 505)
)  # fmt: skip

_digest = hashlib.sha256()


def note(data, result):
    """Remember what came out, so that the two interpreters can be compared. Returns it."""
    for part in (data, result):
        _digest.update(part if isinstance(part, bytes) else repr(part).encode())
    return result


def noted():
    """All that was noted since the last call, in 16 hex digits."""
    global _digest
    digest = _digest.digest()
    _digest = hashlib.sha256()
    return "".join("%02x" % byte for byte in digest[:8])


def parse(data):
    return note(data, http.parse(data))


def lines(more):
    """A request with these header lines beside Host."""
    return b"GET / HTTP/1.1\r\n" + LINES + more + b"\r\n"


def check(rows):
    wrong = [(data, number, parse(data)) for data, number in rows if parse(data) != number]
    assert not wrong, wrong


class Light:
    """A led that keeps a list of what it was told."""

    def __init__(self, on=False):
        self.signal = self
        self.on = on
        self.told = []

    def value(self):
        return self.on

    def set(self, on):
        self.told.append(on)
        self.on = on

    def toggle(self):
        self.told.append("toggle")
        self.on = not self.on


class Pages:
    """What device/pages.py is like."""

    PAGES = {"/style.css": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"}

    VERSION = "1"

    @staticmethod
    def render(name, on):
        body = name + (b" lit" if on else b" dark")
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Api:
    """device/api.py as it is on a board of its own. `status()` returns what GET /status tells."""

    _on = None  # whose light and settings the module has now

    def __init__(self, light, status=dict, name="switch", password="", pages=None):
        self._settings = name, password
        self._light, self._status, self._pages = light, status, pages

    def read(self, *_):
        """What device/status.py has."""
        return dict(self._status())

    def handle(self, data):
        if Api._on is not self:
            Api._on = self
            api.led, api.status, api.pages = self._light, self, self._pages
            api.start(*self._settings)
        return api.handle(data)


class Client:
    """Somebody who asks the switch; each answer is checked for what holds for all of them."""

    def __init__(self, password="", name="Switch", status=None, pages=None):
        self.light = Light()
        self._api = Api(self.light, lambda: status or {}, name, password, pages)

    def send(self, data):
        """The bytes that `data` is answered, or None."""
        response = self._api.handle(data)
        return note(bytes(data), response if response is None else bytes(response))

    def ask(self, line, lines=LINES, body=None):
        """(status, fields, body) for a request; `line` is like b"GET /led"."""
        data = line + b" HTTP/1.1\r\n" + lines
        if body is not None:
            data += b"Content-Length: %d\r\n" % len(body)
        data += b"\r\n" + (body or b"")
        for end in (1, len(data) // 2, len(data) - 1):
            assert self.send(data[:end]) is None, data[:end]
        response = self.send(data)
        assert response and len(response) <= 1071, data
        return split(response, line.startswith(b"HEAD"))

    def status(self, line, lines=LINES, body=None):
        """The status alone."""
        return self.ask(line, lines, body)[0]


def split(response, headless=False):
    """(status, fields, body) of a response, whose syntax is checked."""
    head, body = response.split(b"\r\n\r\n", 1)
    first, *lines = head.split(b"\r\n")
    version, status, reason = first.split(b" ", 2)
    assert version == b"HTTP/1.1" and len(status) == 3 and reason, first
    assert (status == b"200") == (reason == b"OK")
    fields = {}
    for line in lines:
        name, value = line.split(b": ", 1)
        assert name not in fields and value, line
        fields[name] = value
    assert len(body) == (0 if headless else int(fields[b"Content-Length"])), response
    return int(status), fields, body


def mutated(seeds, count):
    """`count` requests (bytes) made of `seeds` by damaging them, the same ones every time."""
    state = 1
    for _ in range(count):
        picks = []
        for _ in range(5):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            picks.append(state >> 8)
        data = seeds[picks[0] % len(seeds)]
        at = picks[1] % len(data)
        until = at + picks[2] % 4
        junk = (b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\0", b" ", b":", b"\xff", b"/", b"1", b"")
        yield data[:at] + junk[picks[3] % len(junk)] + data[until if picks[4] & 1 else at :]

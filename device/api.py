"""What a request does to the switch, and what it is answered. Knows no socket."""

import binascii
import json

from micropython import const

from device import http

try:
    from device import pages
except ImportError:  # lost, or not built: the switch works all the same
    pages = None

# One less than lwIP's send buffer: behind a full one, close() finds no room for its FIN and
# aborts the connection (lwIP 1.4, tcp_out.c, tcp_enqueue_flags).
_MAX_RESPONSE = const(1071)
_LONGEST_POLL = const(512)  # bytes kept, twice; a browser's fetch() sends 300 to 450

# Lines of http's list of methods. The first two only read.
_GET = const(0)
_HEAD = const(1)
_POST = const(2)
_PUT = const(3)

_PATHS = const(b"\n/led\n/toggle\n/status\n/\n")
_LED = const(0)
_TOGGLE = const(1)
_STATUS = const(2)

# What the board, whose name is @, is called: names that the DNS of the world does not lead to.
_NAMES = const(b"\nlocalhost\n@\n@.local\n@.lan\n@.home\n@.home.arpa\n@.internal\n")
# Media types of {"on": true}. `curl -d` says that it sends a form, Home Assistant says octets.
_KINDS = const(b"""

application/json
application/x-www-form-urlencoded
application/octet-stream
""")
_SITES = const(b"\nsame-origin\nnone\n")
_BODIES = const(b'\n{"on":false}\n{"on":true}\n')

_JSON = const(b"application/json")
_ON = http.response(b"200 OK", _JSON, b'{"on": true}')
_OFF = http.response(b"200 OK", _JSON, b'{"on": false}')


class Api:
    """The switch as HTTP shows it.

    `led` has is_on(), set(bool) and toggle(); `status()` returns a new flat dict for GET /status;
    `name` (str) is the board's host name; `password` (str) is asked for unless empty.
    """

    def __init__(self, led, status, name, password):
        self._led = led
        self._status = status
        self._names = _NAMES.replace(b"@", name.lower().encode())
        self._password = password.encode()
        self._polls = [None, None]

    def answer(self, data):
        """Return the whole response (bytes-like, at most 1071 long) to a request.

        `data` (bytes-like) is all that came so far on one connection; None says that more must
        come. Never raises, whatever the bytes, unless there is no memory for an error response.
        """
        # An open page, or Home Assistant, asks the same again and again: bytes that passed every
        # check once are only compared, which allocates nothing.
        if data in self._polls:
            return self._state()
        try:
            return self._answer(bytes(data))
        except MemoryError:
            return http.error(503)

    def _answer(self, data):
        request = http.parse(data)
        if request is None:
            return None
        if isinstance(request, int):
            return http.error(request)
        method, path, body, fields = request
        response = self._decide(method, path, body, fields)
        if isinstance(response, int):
            response = http.error(response)
        if method == _HEAD:
            response = bytes(response)
            return response[: response.find(b"\r\n\r\n") + 4]
        # Not with a password in it: the time that comparing takes would help to guess it.
        if method == _GET and (response is _ON or response is _OFF) and not self._password:
            if len(data) <= _LONGEST_POLL:
                self._polls = [data, self._polls[0]]
        return response

    def _decide(self, method, path, body, fields):
        """Return a response, or the number of an error."""
        host, _, _, _, _, credentials, _, _, encodings = fields
        if host is not None and not _is_local(host.lower(), self._names):
            return 421  # a foreign name that leads here: DNS rebinding
        if self._password and not _is_password(credentials, self._password):
            return 401

        where = http.line_of(path, _PATHS)
        page = pages.PAGES.get(path) if pages else None
        if where < 0 and not page:
            return 404
        if where == _TOGGLE:
            return self._write(where, body, fields) if method == _POST else 4052
        if method <= _HEAD:
            if where == _LED:
                return self._state()
            if page and not http.takes_gzip(encodings):
                return 406  # there is no room to have it twice
            return self._report() if where == _STATUS else page or self._home()
        if where != _LED:
            return 4050
        if method != _PUT and method != _POST:
            return 4051
        return self._write(where, body, fields)

    def _state(self):
        return _ON if self._led.is_on() else _OFF

    def _write(self, where, body, fields):
        """Switch the light; return a response, or the number of an error."""
        host, accept, length, kind, _, _, origin, site, _ = fields
        # A page of another site may make a browser ask: RFC 6454, and Fetch Metadata.
        if origin is not None and origin.lower().split(b"://")[1:] != [host and host.lower()]:
            return 403
        if site is not None and http.line_of(site, _SITES) < 0:
            return 403
        if where == _TOGGLE:
            self._led.toggle()
            return self._state() if _JSON in (accept or b"").lower() else 303
        if length is None:
            return 411
        if http.line_of((kind or b"").split(b";")[0].strip().lower(), _KINDS) < 0:
            return 415
        # By hand, since MicroPython's json also takes {"on" true} and {"on": true,}.
        text = b"".join(body.split())
        on = http.line_of(text, _BODIES)
        if on < 0 or text[1:5] not in body or text[6:-1] not in body:  # a space in a word
            return 4006
        self._led.set(on == 1)
        return self._state()

    def _report(self):
        status = self._status()
        for longest in (200, 60, 15):  # characters of a string, so that all of them fit
            for key, value in status.items():
                if isinstance(value, str):
                    status[key] = value[:longest]
            response = http.response(b"200 OK", _JSON, json.dumps(status).encode())
            if len(response) <= _MAX_RESPONSE:
                return response
        return 500

    def _home(self):
        on = self._led.is_on()
        if pages:
            return pages.home(on)
        body = b"on: %d<form method=post action=/toggle><button>toggle" % on
        return http.response(b"200 OK", b"text/html", body)


def _is_local(host, names):
    """Whether `host` (bytes, maybe with a port) is an IP address or one of `names`."""
    if host.startswith(b"["):  # as nothing but an IPv6 address begins
        return not host.strip(b"[]:.0123456789abcdef")
    host, *port = host.split(b":")
    if port and not b":".join(port).isdigit():
        return False
    if host.endswith(b"."):
        host = host[:-1]
    if http.line_of(host, names) >= 0:
        return True
    octets = host.split(b".")
    for octet in octets:
        if not octet.isdigit() or int(octet) > 255:
            return False
    return len(octets) == 4


def _is_password(credentials, secret):
    """Whether an Authorization field (RFC 7617) has `secret` (bytes) as its password.

    Takes a time that does not tell how much of a guess is right.
    """
    words = (credentials or b"").split()
    if len(words) != 2 or words[0].lower() != b"basic":
        return False
    try:
        _, given = binascii.a2b_base64(words[1]).split(b":", 1)
    except ValueError:
        return False
    differ = len(given) ^ len(secret)
    for i in range(len(given)):
        differ |= given[i] ^ secret[i % len(secret)]
    return not differ

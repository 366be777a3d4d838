"""HTTP's service: what a request does to the switch, and what it is answered. Knows no socket."""

import json

from micropython import const

from device import access, http, led, rtc_state, status

try:
    from device import pages
except ImportError:  # lost, or not built: the switch works all the same
    pages = None

# One less than lwIP's send buffer, which has to take the FIN as well (tools/build_pages.py).
_MAX_RESPONSE = const(1071)
_LONGEST_POLL = const(512)  # bytes kept, twice; a browser's fetch() sends 300 to 450

_READING = const("GET, HEAD")

# Lines of http's list of fields.
_CONTENT_LENGTH = const(1)
_CONTENT_TYPE = const(2)
_ACCEPT = const(8)
_ACCEPT_ENCODING = const(9)

# Media types of {"on": true}. `curl -d` says that it sends a form, Home Assistant says octets.
_JSON_TYPES = const("""

application/json
application/x-www-form-urlencoded
application/octet-stream
""")
_JSON = const("application/json")
# As http.response() would make them, but in ROMFS they stay in flash.
_ON = const(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    b'{"on": true}'
)
_OFF = const(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    b'{"on": false}'
)

# What connection.py wants of a service, beside the functions.
port = 80
requests = rejected = 0  # served; refused, or of a client that was dropped

_name = b""
_polls = ()


def start(name, password):
    """Set the board's host name (str), and the password (str) that is asked for unless empty."""
    global _name, _polls
    _name = name.encode()
    _polls = ()
    access.start(name, password)


def handle(data):
    """Return the whole response (bytes, at most 1071) to a request.

    `data` (bytes-like) is all that came so far; None or 0, as from http.parse(), says that more
    must come. Never raises, unless there is no memory for an error response.
    """
    # An open page, or Home Assistant, asks the same again and again: bytes that passed every
    # check once are only compared, which allocates nothing.
    if data in _polls:
        return _ON if led.signal.value() else _OFF  # _led(), without the price of a call
    return _handle(data)


def count(status):
    """Count a client, by the first digit of the status that it was sent (a byte), or 0."""
    global requests, rejected
    if 0 < status < 0x34:  # b"4"
        requests += 1
    else:
        rejected += 1
    if status and not rtc_state.settled:
        rtc_state.settle()  # whatever reset the board, it serves


def _handle(data):
    global _polls
    try:
        data = bytes(data)
        request = http.parse(data)
        if not request:
            return request
        response = request
        if not isinstance(request, int):
            method, path, body, fields = request
            response = _decide(method, path, fields)
            if callable(response):  # from here, since the C stack is short
                response = response(method, body, fields)
    except MemoryError:
        response = 503
    except Exception as e:
        rtc_state.failed(e)
        response = 500
    if isinstance(response, int):
        response = http.error(response)
    start = 2 * (data[0] == 13 and data[1] == 10)  # CR LF in front of a request is passed over
    if data[start : start + 5] == b"HEAD ":  # also where the rest of it was refused
        return response[: response.find(b"\r\n\r\n") + 4]
    # Not with a password in it: the time that comparing takes would help to guess it.
    if (response is _ON or response is _OFF) and method == "GET" and not access.password:
        if len(data) <= _LONGEST_POLL:
            _polls = (data,) + _polls[:1]
    return response


def _decide(method, path, fields):
    """Return a response, the number of an error, or the function that decides."""
    refusal = access.refusal(method not in _READING, fields)
    if refusal:
        return refusal
    allow, handler = routes.get(path) or (_READING, pages and pages.PAGES.get(path))
    if not handler:
        return 404
    if method not in allow:
        return http.error(405, "Allow: %s\r\n" % allow)
    if callable(handler):
        return handler
    # There is no room to have it twice.
    return handler if http.takes_gzip(fields[_ACCEPT_ENCODING]) else 406


def _page(*_):
    if pages:
        return pages.render(_name, led.signal.value())
    body = "on: %d<form method=post action=toggle><button>toggle" % led.signal.value()
    return http.response("200 OK", "text/html", body)


def toggle(method, body, fields):
    """POST /toggle."""
    # The answer first: where there is no memory for it, nothing may have happened.
    to_page = None
    if _JSON not in (fields[_ACCEPT] or "").lower():
        to_page = http.error(303, "Location: .\r\n")
    led.toggle()
    return to_page or _led("GET", None, None)


def _led(method, body, fields):
    if method not in _READING:
        on = wish(body, fields)
        if not isinstance(on, bool):
            return on
        led.set(on)
    return _ON if led.signal.value() else _OFF


def wish(body, fields):
    """What `body` (bytes) asks for: True or False; or a response (bytes) or number of an error."""
    if fields[_CONTENT_LENGTH] is None:
        return 411
    if http.line_of((fields[_CONTENT_TYPE] or "").split(";")[0].strip().lower(), _JSON_TYPES) < 0:
        return 415
    # By hand, since MicroPython's json also takes {"on" true} and {"on": true,}.
    if body and max(body) <= 126:
        words = text = str(body, "utf-8")
        for space in " \t\r\n":
            words = words.replace(space, "")
        for word in ("true", "false"):
            # No space in a word.
            if words == '{"on":%s}' % word and '"on"' in text and word in text:
                return word == "true"
    return http.error('400 Body must be like {"on": true}; for_s needs AUTO_OFF_S')


def report():
    """The fields of GET /status, a new dict."""
    return status.read(pages.VERSION if pages else "no page", requests, rejected)


def _report(*_):
    fields = report()
    for longest in (200, 60, 15):  # characters of a string, so that all of them fit
        for key, value in fields.items():
            if isinstance(value, str):
                fields[key] = value[:longest]
        response = http.response("200 OK", _JSON, json.dumps(fields))
        if len(response) <= _MAX_RESPONSE:
            return response
    return 500


# What a path takes: Allow's value, and a function of method (str), body (bytes) and fields that
# returns a response (bytes) or the number of an error. A module may add its own.
routes = {
    "/": (_READING, _page),
    "/led": ("GET, HEAD, PUT, POST", _led),
    "/toggle": ("POST", toggle),
    "/status": (_READING, _report),
}

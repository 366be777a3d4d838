"""HTTP's service: what a request does to the switch, and what it is answered. Knows no socket."""

import json

from micropython import const

from device import access, http, led, rtc_state, status

try:
    from device import pages
except ImportError:  # lost, or not built: the switch works all the same
    pages = None

# One less than lwIP's send buffer: behind a full one, close() finds no room for its FIN and
# aborts the connection (lwIP 1.4, tcp_out.c, tcp_enqueue_flags).
_MAX_RESPONSE = const(1071)
_LONGEST_POLL = const(512)  # bytes kept, twice; a browser's fetch() sends 300 to 450

# Lines of http's list of methods, the reading ones first, and of its list of fields.
_GET = const(0)
_HEAD = const(1)
_POST = const(2)
_PUT = const(3)
_LENGTH = const(1)
_CONTENT_TYPE = const(2)
_ACCEPT = const(8)
_ENCODINGS = const(9)

# Media types of {"on": true}. `curl -d` says that it sends a form, Home Assistant says octets.
_JSON_TYPES = const("""

application/json
application/x-www-form-urlencoded
application/octet-stream
""")
_JSON = const("application/json")
_ON = http.response("200 OK", _JSON, '{"on": true}')
_OFF = http.response("200 OK", _JSON, '{"on": false}')


# What connection.py wants of a service, beside the functions.
port = 80
rejected = 0  # requests that were refused, and clients that were dropped

requests = 0  # that were served

_name = b""
_polls = (None, None)


def start(name, password):
    """Set the board's host name (str), and the password (str) that is asked for unless empty."""
    global _name, _polls
    _name = name.encode()
    _polls = (None, None)
    access.start(name, password)


def handle(data):
    """Return the whole response (bytes, at most 1071) to a request.

    `data` (bytes-like) is all that came so far on one connection; None says that more must
    come. Never raises, whatever the bytes, unless there is no memory for an error response.
    """
    # An open page, or Home Assistant, asks the same again and again: bytes that passed every
    # check once are only compared, which allocates nothing.
    if data in _polls:
        return _ON if led.signal.value() else _OFF  # _state(), without the price of a call
    try:
        return _handle(bytes(data))
    except MemoryError:
        return http.error(503)


def sent(response, sock, peer):
    """Count a response.

    The client is to close first: so TIME_WAIT is its own, and one that is still sending is not
    cut off by an RST before it has read why it need not.
    """
    global requests, rejected
    if response[9] < 0x34:  # b"4", behind b"HTTP/1.1 "
        requests += 1
    else:
        rejected += 1
    if not rtc_state.settled:
        rtc_state.settle()  # whatever reset the board, it serves


def _handle(data):
    global _polls
    request = http.parse(data)
    if request is None:
        return None
    response = request if isinstance(request, int) else _decide(*request)
    if isinstance(response, int):
        response = http.error(response)
    start = 2 if data[:2] == b"\r\n" else 0
    if data[start : start + 5] == b"HEAD ":  # also where the rest of it was refused
        return response[: response.find(b"\r\n\r\n") + 4]
    # Not with a password in it: the time that comparing takes would help to guess it.
    if (response is _ON or response is _OFF) and request[0] == _GET and not access.password:
        if len(data) <= _LONGEST_POLL:
            _polls = (data, _polls[0])
    return response


def _decide(method, path, body, fields):
    """Return a response, or the number of an error."""
    refusal = access.refusal(method > _HEAD, fields)
    if refusal:
        return refusal
    if path == "/toggle":
        if method != _POST:
            return 4052
        # The answer first: where there is no memory for it, nothing may have happened.
        to_page = None if _JSON in (fields[_ACCEPT] or "").lower() else http.error(303)
        led.toggle()
        return to_page or _state()
    if path == "/led":
        if method <= _HEAD:
            return _state()
        return _set(body, fields) if method <= _PUT else 4051
    page = pages.PAGES.get(path) if pages else None
    if not page and path != "/" and path != "/status":
        return 404
    if method > _HEAD:
        return 4050
    if page:
        # There is no room to have it twice.
        return page if http.takes_gzip(fields[_ENCODINGS]) else 406
    if path == "/status":
        return _report()
    if pages:
        return pages.render(_name, led.signal.value())
    body = "on: %d<form method=post action=/toggle><button>toggle" % led.signal.value()
    return http.response("200 OK", "text/html", body)


def _state():
    return _ON if led.signal.value() else _OFF


def _set(body, fields):
    """Switch the light as `body` (bytes) asks; return a response, or the number of an error."""
    if fields[_LENGTH] is None:
        return 411
    if http.line_of((fields[_CONTENT_TYPE] or "").split(";")[0].strip().lower(), _JSON_TYPES) < 0:
        return 415
    # By hand, since MicroPython's json also takes {"on" true} and {"on": true,}.
    if not body or max(body) > 126:
        return 4006
    words = text = str(body, "utf-8")
    for space in " \t\r\n":
        words = words.replace(space, "")
    if words != '{"on":true}' and words != '{"on":false}':
        return 4006
    if words[1:5] not in text or words[6:-1] not in text:  # a space in a word
        return 4006
    led.set(words[6] == "t")
    return _state()


def report():
    """The fields of GET /status, a new dict."""
    return status.read(pages.VERSION if pages else "no page", requests, rejected)


def _report():
    fields = report()
    for longest in (200, 60, 15):  # characters of a string, so that all of them fit
        for key, value in fields.items():
            if isinstance(value, str):
                fields[key] = value[:longest]
        response = http.response("200 OK", _JSON, json.dumps(fields))
        if len(response) <= _MAX_RESPONSE:
            return response
    return 500

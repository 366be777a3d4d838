"""What holds for every request whatever: examine() checks it for one."""

from core_cases import NUMBERS, Api, Light, Pages, split

from device import http
from tests.fuzz import oracle

LIMIT = 1536  # bytes of a request
PASSWORDS = ("", "secret")
FIELDS = (
    b"host content-length content-type transfer-encoding authorization origin sec-fetch-site"
    b" sec-websocket-key accept accept-encoding connection upgrade expect"
).split()
MAY_COME_TWICE = FIELDS[8:]

# With all that there is to see, and nothing in it that differs from one request to the next.
_STATUS = {"version": "1", "ip": None, "last_error": 'a "b"'}


class Switch:
    """A switch, its light off, whose owner set `password`."""

    def __init__(self, password=""):
        self.light = Light()
        self._api = Api(self.light, lambda: _STATUS, "Switch", password, Pages)

    def ask(self, data, ends=()):
        """What it answers, None for nothing yet, and what the light was told; `data` arrives in
        pieces that end at `ends`, each read with those before it, as connection.py does it."""
        self.light.told, self.light.on = [], False
        for end in (*ends, len(data)):
            response = self._api.handle(data[:end])
            if response:  # 0 is as None, and tells the client to go on
                return bytes(response), self.light.told
        return None, self.light.told


_SWITCHES = [Switch(password) for password in PASSWORDS]


def _possible():
    """All responses that there are, each in syntax and length as it should be."""
    responses = [http.error(number) for number in NUMBERS]
    for on in (False, True):
        for password in PASSWORDS:  # without one given, what it answers then
            switch = Api(Light(on), lambda: _STATUS, "Switch", password, Pages)
            for path in ("/", "/led", "/toggle", "/status", *Pages.PAGES):
                for method in ("GET", "DELETE", "PUT", "POST"):
                    for accept in ("text/html", "application/json"):
                        head = f"{method} {path} HTTP/1.0\r\nAccept: {accept}\r\n"
                        request = head + "Content-Length: 2\r\n\r\n[]"
                        responses.append(switch.handle(request.encode()))
    whole, heads = set(), set()
    for response in responses:
        split(response)
        assert len(response) <= 1071
        whole.add(response)
        heads.add(response[: response.find(b"\r\n\r\n") + 4])
    return whole, heads


WHOLE, HEADS = _possible()


def examine(data, ends=()):
    """AssertionError where the switch does with `data` (bytes), which may also come in pieces that
    end at `ends`, what it must not."""
    parsed, request = http.parse(data) or None, None
    if not isinstance(parsed, int):  # we may refuse what h11 takes, and never the other way round
        try:
            request = oracle.read(data)
        except oracle.Refused as e:
            assert parsed is None, e
        if parsed:
            _is_read_alike(request, parsed)
    for switch, password in zip(_SWITCHES, PASSWORDS):
        response, told = answer = switch.ask(data, ends)
        assert switch.ask(data) == answer, "at once, or the second time, it is another"
        if told:
            assert request and oracle.may_switch(request, password), "nobody may switch by that"
        if response is None:
            assert len(data) < LIMIT and not (request and request.complete), "waits for nothing"
            filled = switch.ask(data + b"x" * LIMIT)[0]
            assert filled is not None, "waits for ever"
        else:
            # So that nothing of the request comes back in it, whatever that is.
            is_head = data.lstrip(b"\r\n").startswith(b"HEAD ")
            assert response in WHOLE or is_head and response in HEADS, response


def _is_read_alike(request, parsed):
    assert request and request.complete, "read to the end before it has come"
    method, path, body, fields = parsed
    host, target = request.authority()
    assert (method.encode(), path.encode()) == (request.method, target.split(b"?")[0])
    assert body == request.body
    for name, value in zip(FIELDS, fields, strict=True):
        values = request.all(name)
        assert len(values) < 2 or name in MAY_COME_TWICE
        if name == b"host" and host is not None:
            values = [host]
        assert value == (values[-1].decode() if values else None), name

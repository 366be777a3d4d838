"""A second opinion on a request: what h11, a strict reader of RFC 9112, says that it is, and
whether somebody who may switch the light asks for that. Written from the contract (docs/api.md),
not from the device code, and shares nothing with it."""

import base64
import ipaddress
import json
import re
from typing import NamedTuple

import h11

NAMES = r"localhost|switch(\.local|\.lan|\.home|\.home\.arpa|\.internal)?"
KINDS = ("", "application/json", "application/x-www-form-urlencoded", "application/octet-stream")


class Refused(Exception):
    """h11 takes it for no HTTP."""


class Request(NamedTuple):
    """A request as h11 reads it; `complete` where all of its body has come."""

    method: bytes
    target: bytes
    fields: list[tuple[bytes, bytes]]
    body: bytes
    complete: bool

    def all(self, name: bytes) -> list[bytes]:
        """The values of a field, in their order; `name` is in lower case."""
        return [value for key, value in self.fields if key == name]

    def one(self, name: bytes) -> str:
        """The value of a field that came at most once, or ""."""
        values = self.all(name)
        assert len(values) < 2, values
        return values[0].decode("latin-1") if values else ""

    def authority(self) -> tuple[bytes | None, bytes]:
        """The host that was asked for, and the target without it (RFC 9112 3.2)."""
        absolute = re.fullmatch(rb"(?i:http)://([^/]*)(.*)", self.target, re.DOTALL)
        if absolute:
            return absolute[1], absolute[2] or b"/"
        return (self.all(b"host") or [None])[0], self.target


def read(data: bytes) -> Request | None:
    """The request that `data` begins with, or None while its head is incomplete, or Refused."""
    data = data.removeprefix(b"\r\n")  # RFC 9112 2.2, which h11 leaves out
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    request, body = None, b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            else:
                break
    except h11.RemoteProtocolError as e:
        raise Refused(str(e)) from e
    if not request:
        return None
    complete = isinstance(event, h11.EndOfMessage)
    return Request(request.method, request.target, list(request.headers), bytes(body), complete)


def may_switch(request: Request, password: str) -> bool:
    """Whether the contract has this request change the light."""
    host, target = request.authority()
    path = target.split(b"?")[0]
    wanted = (request.method, path) in (
        (b"PUT", b"/led"),
        (b"POST", b"/led"),
        (b"POST", b"/toggle"),
    )
    return (
        wanted
        and request.complete
        and not request.all(b"transfer-encoding")
        and (host is None or _is_ours(host.decode("latin-1").lower()))
        and (not password or _knows(request.one(b"authorization"), password))
        and _is_own_page(request, host)
        and (path == b"/toggle" or _is_wish(request))
    )


def _is_ours(host: str) -> bool:
    if re.fullmatch(rf"({NAMES})\.?(:\d+)?", host, re.ASCII):
        return True
    address = re.fullmatch(r"([\d.]+?)\.?(:\d+)?", host, re.ASCII)
    if not address:
        return host.startswith("[")  # no name that DNS has begins like that
    try:
        octets = [str(int(octet)) for octet in address[1].split(".")]
        return bool(ipaddress.IPv4Address(".".join(octets)))
    except ValueError:
        return False


def _is_own_page(request: Request, host: bytes | None) -> bool:
    for origin in request.all(b"origin"):
        if host is None or not re.fullmatch(rb".*://" + re.escape(host), origin, re.I | re.S):
            return False
    return set(request.all(b"sec-fetch-site")) <= {b"same-origin", b"none"}


def _is_wish(request: Request) -> bool:
    if request.one(b"content-type").split(";")[0].strip(" \t").lower() not in KINDS:
        return False
    try:
        pairs = json.loads(request.body, object_pairs_hook=list)
    except ValueError:
        return False
    return bool(request.all(b"content-length")) and pairs in ([("on", True)], [("on", False)])


def _knows(credentials: str, password: str) -> bool:
    scheme, _, token = credentials.replace("\t", " ").partition(" ")
    try:
        given = base64.b64decode(token.strip(" ").encode("latin-1"))
    except ValueError:
        return False
    return scheme.lower() == "basic" and given.partition(b":")[2] == password.encode()

"""Clients of the switch under test, and the configuration that it has."""

import json
import socket
from urllib.parse import urlsplit

TIMEOUT = 10
PASSWORD = "secret12"  # what the transcripts log in with
CONFIG = f"""
PASS = {PASSWORD!r}
WIFI_SSID = "home"
WIFI_PASSWORD = "correct horse"
HOSTNAME = "lamp"
"""


def connect(url: str) -> socket.socket:
    """A TCP connection to the host and port of `url`."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), TIMEOUT)


def read_all(sock: socket.socket) -> bytes:
    """All that comes until the other side closes or resets."""
    data = b""
    try:
        while chunk := sock.recv(4096):
            data += chunk
    except ConnectionResetError:
        pass
    return data


def read_response(sock: socket.socket) -> bytes:
    """One response: its head, and as much body as Content-Length says."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = sock.recv(4096)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length and (chunk := sock.recv(4096)):
        body += chunk
    return head + b"\r\n\r\n" + body


def request(
    url: str, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """(status, body) of one request; underscores in header names stand for dashes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(url).netloc}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    with connect(url) as sock:
        sock.sendall("\r\n".join([*lines, "", ""]).encode() + (body or b""))
        answer = read_response(sock)
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def led(url: str) -> bool:
    """What GET /led says."""
    status, body = request(url, "GET", "/led")
    assert status == 200, body
    return json.loads(body)["on"]


def set_led(url: str, on: bool) -> bool:
    """PUT /led; the state it answers."""
    status, body = request(url, "PUT", "/led", json.dumps({"on": on}).encode())
    assert status == 200, body
    return json.loads(body)["on"]

"""The host names under which `make run`'s board accepts requests: those of loopback.

The device accepts local names as well, and a hostile DNS could make one point to this PC.
"""

import re

REFUSAL = (
    b"HTTP/1.1 421 Misdirected Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"The virtual board answers to 127.0.0.1 and localhost\n"
)
_HEAD_MAX = 4096  # the device reads less
_HOST = re.compile(rb"^host:[ \t]*(.*?)[ \t]*\n", re.I | re.M)
_ABSOLUTE = re.compile(rb"\n*\S+ +[a-z]+://([^\s/?#]*).*\n", re.I)
_LOOPBACK = re.compile(rb"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]*)?", re.I)


class Guard:
    """For one connection: guard(data), for all that comes, returns the refusal, or b"" if none."""

    def __init__(self) -> None:
        self._head = b""
        self._over = False

    def __call__(self, data: bytes) -> bytes:
        if self._over:
            return b""
        self._head += data
        head, end, _ = self._head.replace(b"\r", b"").partition(b"\n\n")
        names = _HOST.findall(head + end)
        if absolute := _ABSOLUTE.match(head + end):
            names.append(absolute[1])
        self._over = bool(end) or len(self._head) > _HEAD_MAX
        return b"" if all(map(_LOOPBACK.fullmatch, names)) else REFUSAL

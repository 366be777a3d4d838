"""The parts of `socket` that reach other hosts: connect() and getaddrinfo(), as in modlwip.c.

`socket` has them under its own names. The chip's half is tools/virtual_board/tcp/.
Harsher than the chip: a name that was found is not remembered.
"""

import time

import link
from micropython import const

_EINPROGRESS = const(115)
_ETIMEDOUT = const(110)
_NOT_FOUND = const(-2)  # lwip_getaddrinfo_cb(): no such name, or nobody answered
_ERR_ARG = const(-12)  # dns_gethostbyname(): no name at all, or a long one
_LONGEST = const(255)
_ANY = "0.0.0.0"
_RADIX = {"0x": 16, "0X": 16}


def dotted(text):
    """ipaddr_aton(): the four numbers of an address, in its usual form; ValueError for a name."""
    if text in ("", _ANY):  # a listener's: what is left of parsing would cost it heap here
        return _ANY
    try:
        numbers = [_number(part) for part in text.split(".")]
        if len(numbers) > 4 or any(number > 255 for number in numbers[:-1]):
            raise ValueError
        last = numbers.pop()
        rest = 4 - len(numbers)
        if last >> (8 * rest):
            raise ValueError
    except ValueError:
        raise ValueError("invalid arguments")
    return ".".join(str(n) for n in numbers + list(last.to_bytes(rest, "big")))


def _number(text):
    if not text[:1].isdigit():
        raise ValueError
    if text[:2] in _RADIX:
        return int(text[2:], 16)
    return int(text, 8 if text[0] == "0" else 10)


def connect(sock, address):
    host, port = address
    link.call(link.SOCK_CONNECT, sock._n, port, dotted(host).encode())
    start = time.ticks_ms()
    while True:
        # poll_sockets() runs once even where nothing is to be waited for
        link.call(link.WAIT, 0 if sock._timeout == 0 else 1)
        if link.call(link.SOCK_CONNECTED, sock._n)[0]:
            return
        timeout = sock._timeout
        if timeout is not None and time.ticks_diff(time.ticks_ms(), start) >= timeout:
            raise OSError(_ETIMEDOUT if timeout else _EINPROGRESS)


def getaddrinfo(host, port, *_constraints):
    if not host or len(host) > _LONGEST:
        raise OSError(_ERR_ARG)
    try:
        found = dotted(host)
    except ValueError:
        ms, found = link.call(link.RESOLVE, 0, 0, host.encode())
        time.sleep_ms(ms)
        found = str(found, "utf-8")
        if not found:
            raise OSError(_NOT_FOUND)
    return [(2, 1, 0, "", (found, port))]  # AF_INET, SOCK_STREAM

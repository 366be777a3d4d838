"""`ntptime` of the ESP8266: it asks a time server, and sets machine.RTC to its answer.

`host` and `timeout` (seconds) may be set, as those of the firmware's own.
"""

import socket
from time import gmtime

import machine

host = "pool.ntp.org"
timeout = 1

_PORT = 123
_ASK = b"\x23"  # a client of version 4
_LENGTH = 48
_SENT = 40  # where the time stands at which the server answered: seconds since 1900
_FROM_1900_TO_2000 = 3155673600
_ERA = 1 << 32  # such seconds end in 2036, and begin again
_NOT_BEFORE = 3913056000  # 2024-01-01: an earlier time belongs to the next era


def time():
    """Seconds since 2000, from the server."""
    address = socket.getaddrinfo(host, _PORT)[0][-1]
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.settimeout(timeout)
        sock.sendto(_ASK + bytes(_LENGTH - 1), address)
        answer = sock.recv(_LENGTH)
    finally:
        sock.close()
    seconds = int.from_bytes(answer[_SENT : _SENT + 4], "big")
    if seconds < _NOT_BEFORE:
        seconds += _ERA
    return seconds - _FROM_1900_TO_2000


def settime():
    """Set the date and time of day, which are UTC."""
    year, month, day, hour, minute, second, weekday, _ = gmtime(time())
    machine.RTC().datetime((year, month, day, weekday + 1, hour, minute, second, 0))

"""The router as a DNS server, for what the board asks by itself over UDP.

Harsher than a router: it knows the hosts of the board's network and nothing else, compares names
as they are written, and answers only one question for an IPv4 address.
"""

from ..tcp.hosts import Hosts

PORT = 53
_HEAD = 12  # bytes in front of the question
_ASKS = b"\1\0\0\1\0\0\0\0\0\0"  # recursion desired; one question, nothing else
_A_IN = b"\0\1\0\1"
_NXDOMAIN = 3


def response(query: bytes, hosts: Hosts) -> tuple[float, bytes] | None:
    """(seconds that it takes, the packet), or None where there is no answer."""
    name = _name(query)
    if not name or not hosts.dns_answers:
        return None
    seconds, address = hosts.lookup(name, link_up=True)
    head = query[:2] + bytes((0x81, 0x80 | (0 if address else _NXDOMAIN), 0, 1, 0, bool(address)))
    found = query[_HEAD:]
    if address:
        numbers = bytes(int(number) for number in address.split("."))
        found += b"\xc0\x0c" + _A_IN + b"\0\0\0\x3c\0\4" + numbers
    return seconds, head + bytes(4) + found


def _name(query: bytes) -> str:
    """The name that is asked for; "" for a query that is not understood."""
    labels, at = [], _HEAD
    if query[2:_HEAD] != _ASKS:
        return ""
    while at < len(query) and 0 < query[at] < 64:
        labels.append(query[at + 1 : at + 1 + query[at]])
        at += 1 + query[at]
    if query[at:] != b"\0" + _A_IN:
        return ""
    return b".".join(labels).decode("ascii", "replace")

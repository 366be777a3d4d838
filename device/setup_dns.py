"""DNS for the access point's clients: every name leads to the board, so phones open its page."""

import socket

from micropython import const

_PORT = const(53)
_MOST = const(512)  # bytes of a message over UDP (RFC 1035 4.2.1)
_EACH_SWEEP = const(4)  # lwIP keeps no more for a socket

_sock = None
_address = b""


def start(address):
    """Take DNS's port, to say that every name has `address`, like "4.3.2.1" -> the socket.
    Raises OSError.
    """
    global _sock, _address
    _address = bytes(map(int, address.split(".")))
    _sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    _sock.bind(socket.getaddrinfo("0.0.0.0", _PORT)[0][-1])
    _sock.setblocking(False)
    return _sock


def serve(_):
    """Answer what has come; a source of server.py's, which takes the EAGAIN behind the last."""
    for _ in range(_EACH_SWEEP):
        query, peer = _sock.recvfrom(_MOST)
        response = answer(query, _address)
        if response:
            _sock.sendto(response, peer)


def answer(query, address):
    """The response (bytes) to a DNS message that asks one question, or None.

    The address is the answer to a question for IPv4 addresses (A, IN). Any other type gets an
    answer without content: phones wait long where they get none, or a wrong one.
    """
    # A query (QR 0, opcode 0) that has one question.
    if len(query) < 17 or query[2] & 0xF8 or query[4:6] != b"\0\1":
        return None
    end = 12
    while query[end]:
        # A label has 63 bytes at most and a name 255; more is a pointer, or damage.
        if query[end] > 63:
            return None
        end += 1 + query[end]
        if end > 266 or end + 5 > len(query):
            return None
    end += 1
    kind = query[end : end + 4]
    found = kind == b"\0\1\0\1"
    response = query[:2] + bytes((0x84 | query[2] & 1, 0x80, 0, 1, 0, found, 0, 0, 0, 0))
    response += query[12 : end + 4]
    if found:
        # The name of the question; A, IN; 0 s to live; 4 bytes.
        response += b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + address
    return response

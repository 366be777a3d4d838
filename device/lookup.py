"""The address of a name, asked from the network's DNS server (RFC 1035), because
socket.getaddrinfo() waits for it. One name at a time; a lost question is not sent again.
"""

import os
import socket

import network
from micropython import const

_PORT = const(53)
_MOST = const(300)  # bytes that are read of an answer: addresses come first
_QUESTION = const(12)  # where it begins
_EAGAIN = const(11)
_A_IN = b"\0\1\0\1"  # IPv4 address, Internet

_sock = None
_query = b""


def ask(name):
    """Ask for the address of `name`, in place of what was asked before. OSError: no network."""
    global _sock, _query
    if _sock:
        _sock.close()
    labels = [bytes((len(label),)) + label for label in name.encode().split(b".")]
    _query = os.urandom(2) + b"\1\0\0\1\0\0\0\0\0\0" + b"".join(labels) + b"\0" + _A_IN
    _sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    _sock.setblocking(False)
    # Connected, so that only this server's packets come in.
    _sock.connect((network.WLAN(network.WLAN.IF_STA).ifconfig()[3], _PORT))
    _sock.send(_query)


def answer():
    """The address, or "" as long as no answer has come. An exception: the name has none."""
    try:
        data = _sock.recv(_MOST)
    except OSError as e:
        if e.errno == _EAGAIN:
            return ""
        raise
    at = len(_query)
    if data[:2] != _query[:2] or data[_QUESTION:at] != _query[_QUESTION:]:
        return ""  # to another question
    for _ in range(data[7]):
        while 0 < data[at] < 64:
            at += 1 + data[at]
        at += 2 if data[at] else 1  # a pointer ends a name, too
        kind = data[at : at + 4]
        at += 10 + data[at + 9]
        if kind == _A_IN:
            _sock.close()
            return "%d.%d.%d.%d" % tuple(data[at - 4 : at])
    raise OSError("no address")

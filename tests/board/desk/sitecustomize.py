"""On PYTHONPATH: the PC of a user with one board, at SERIAL, that has the documents' address.

The board's ports are where a virtual one has them: WEBREPL is the WebREPL port on 127.0.0.1.
"""

import os
import socket

from serial.tools import list_ports, list_ports_common

_really = socket.getaddrinfo


def _getaddrinfo(host: object, port: object, *rest: object, **more: object) -> list:
    if host in ("192.168.1.50", b"192.168.1.50"):
        host, port = "127.0.0.1", int(os.environ["WEBREPL"])
    return _really(host, port, *rest, **more)


socket.getaddrinfo = _getaddrinfo
_board = list_ports_common.ListPortInfo(os.environ["SERIAL"])
_board.vid, _board.pid, _board.description = 0x10C4, 0xEA60, "CP2102"
list_ports.comports = lambda *args, **kwargs: [_board]

"""What each call of firmware/udp.py does, by its name in firmware/link.py."""

import socket
import struct

from ..prompt.terminal import Terminal
from ..udp.network import Address
from ..udp.sockets import Sockets

_TO_REMOTE = -1  # as a port: where the socket is connected
Result = tuple[int, bytes]


class UdpCalls:
    """A part of Calls. An address is four bytes in front of the data, its port a number."""

    _udp: Sockets
    _terminal: Terminal

    def udp_open(self, _a: int, _b: int, _data: bytes) -> int:
        return self._udp.open()

    def udp_bind(self, sock: int, port: int, _data: bytes) -> None:
        self._udp.bind(sock, port)

    def udp_connect(self, sock: int, port: int, data: bytes) -> None:
        self._udp.connect(sock, _address(data, port))

    def udp_send(self, sock: int, port: int, data: bytes) -> int:
        to = None if port == _TO_REMOTE else _address(data, port)
        return self._udp.send(sock, data[4:], to)

    def udp_recv(self, sock: int, length: int, data: bytes) -> bytes:
        packet, (host, port) = self._udp.recv(sock, length, bool(data))
        return socket.inet_aton(host) + struct.pack("<H", port) + packet

    def udp_poll(self, sock: int, _b: int, _data: bytes) -> int:
        return self._udp.poll(sock)

    def udp_event(self, sock: int, on: int, _data: bytes) -> None:
        self._udp.set_event(sock, bool(on))

    def udp_option(self, sock: int, option: int, data: bytes) -> None:
        if not self._udp.option(sock, option, data):
            self._terminal.print(b"Warning: lwip.setsockopt() not implemented\n")

    def udp_close(self, sock: int, _b: int, _data: bytes) -> None:
        self._udp.close(sock)


def _address(data: bytes, port: int) -> Address:
    return socket.inet_ntoa(data[:4]), port & 0xFFFF

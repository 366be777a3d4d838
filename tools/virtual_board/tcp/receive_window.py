"""The receive window of one TCP connection, as lwip/core/tcp_in.c fills it."""

import socket
from collections.abc import Callable

from . import loopback
from .send_buffer import MSS

WINDOW = 4 * MSS  # TCP_WND
Guard = Callable[[bytes], bytes]


def no_guard(_data: bytes) -> bytes:
    """Let all data pass."""
    return b""


class ReceiveWindow:
    """Segments from the kernel to modlwip.

    `on_recv(data)` gets a segment, or None for a FIN, and says whether it took it (ERR_OK or
    ERR_BUF). Until accept() sets it, it takes nothing: _lwip_tcp_recv_unaccepted(). `guard(data)`
    returns what to refuse the client with, or b"" where the data may pass.
    """

    def __init__(self, sock: socket.socket, guard: Guard) -> None:
        self._sock, self._guard = sock, guard
        self.on_recv: Callable[[bytes | None], bool] = lambda data: False
        self.refused = b""
        self.unread = 0  # TCP_WND - rcv_wnd
        self.announced = WINDOW  # rcv_ann_wnd: what the client may still send
        self._segments = 0

    def segment(self) -> None:
        """tcp_receive() and the end of tcp_input(): what nobody takes becomes refused_data."""
        size = loopback.next_segment(self._sock, self._segments, MSS)
        data = self._sock.recv(min(self.announced, size))
        self._segments += 1
        if refusal := self._guard(data):
            self._sock.send(refusal)
            return self._sock.shutdown(socket.SHUT_RDWR)  # the board sees a FIN
        self.unread += len(data)
        self.announced -= len(data)
        if not self.on_recv(data):
            self.refused = data

    def offer(self) -> bool:
        """Offer what was refused once more; True when nothing is left of it."""
        if self.refused and self.on_recv(self.refused):
            self.refused = b""
        return not self.refused

    def recved(self, size: int) -> bool:
        """tcp_update_rcv_ann_wnd(): the window opens in steps of an MSS; True when it did."""
        self.unread -= size
        opens = WINDOW - self.unread - self.announced >= MSS
        if opens:
            self.announced = WINDOW - self.unread
        return opens

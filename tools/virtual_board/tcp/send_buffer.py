"""The send buffer of one TCP connection, as lwip/core/tcp_out.c fills and empties it."""

import socket
from collections import deque
from collections.abc import Callable
from errno import EAGAIN, ENOMEM

from . import loopback

MSS = 536  # TCP_MSS
SIZE = 2 * MSS  # TCP_SND_BUF
PBUFS = 8  # TCP_SND_QUEUELEN
ACK_TIME = 0.010  # s, a round trip over WiFi


class SendBuffer:
    """Bytes on their way to the client: unsent ones here, sent ones until acknowledged."""

    def __init__(self, sock: socket.socket, time: Callable[[], float]) -> None:
        self._sock, self._time = sock, time
        self.nodelay = False
        self._unsent = bytearray()
        self._unacked: deque[tuple[float, int]] = deque()  # (not before, bytes), one a pbuf
        # Nagle's rule is lwIP's, below; Linux has a laxer one.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __bool__(self) -> bool:
        return bool(self._unsent or self._unacked)

    @property
    def room(self) -> int:
        """tcp_sndbuf(): bytes that write() would take."""
        return SIZE - len(self._unsent) - sum(size for _, size in self._unacked)

    @property
    def waiting(self) -> bool:
        """Whether anything is unsent, for Nagle's rule or for the client's window."""
        return bool(self._unsent) or loopback.unsent(self._sock) > 0

    @property
    def fin_fits(self) -> bool:
        """tcp_send_fin(): a FIN joins the last unsent segment; alone it needs room and a pbuf."""
        return self.waiting or (self.room > 0 and self._pbufs() < PBUFS)

    def _pbufs(self, more: int = 0) -> int:
        """snd_queuelen: unsent bytes share pbufs (TCP_OVERSIZE is an MSS), sent ones don't."""
        return len(self._unacked) - (-(len(self._unsent) + more) // MSS)

    def write(self, data: bytes, up: bool) -> int:
        """lwip_tcp_send() without its loops: bytes taken, or EAGAIN (no room), ENOMEM (pbufs)."""
        if not self.room:
            raise OSError(EAGAIN, "send buffer full")
        data = data[: self.room]
        if self._pbufs(len(data)) > PBUFS:
            # tcp_write_checks(); TF_NAGLEMEMERR then makes tcp_output() send all
            self.send(up, nagle=False)
            raise OSError(ENOMEM, "too many pbufs queued")
        self._unsent += data
        self.send(up)
        return len(data)

    def send(self, up: bool, nagle: bool = True) -> bool:
        """tcp_output(), if the link is `up`: True when nothing is left unsent.

        A short last segment stays while anything is unacknowledged. The FIN of a close() does not
        hurry it: tcp_send_fin() sets TF_FIN only for a FIN in a segment of its own.
        """
        size = len(self._unsent)
        if nagle and not self.nodelay and (self._unacked or size > MSS):
            size -= size % MSS
        if size and up:
            try:
                size = self._sock.send(self._unsent[:size])
            except OSError:  # full for now, or reset, which is not noticed here
                return False
            del self._unsent[:size]
            due = self._time() + ACK_TIME
            self._unacked.extend((due, min(MSS, size - at)) for at in range(0, size, MSS))
        return not self._unsent

    def acknowledge(self) -> bool:
        """tcp_receive(): free what a round trip and the client's kernel allow; True if any was."""
        before = len(self._unacked)
        if not loopback.unacked(self._sock):
            while self._unacked and self._unacked[0][0] <= self._time():
                self._unacked.popleft()
        return len(self._unacked) < before

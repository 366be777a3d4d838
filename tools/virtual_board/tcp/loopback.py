"""A loopback TCP connection: in the event loop, and what Linux can be asked about it."""

import asyncio
import fcntl
import socket
import struct
import sys
from collections.abc import Callable

_SIOCINQ, _SIOCOUTQ, _SIOCOUTQNSD = 0x541B, 0x5411, 0x894B  # linux/sockios.h
# linux/tcp_states.h
_TCP_ESTABLISHED, _TCP_FIN_WAIT1, _TCP_FIN_WAIT2, _TCP_CLOSE = 1, 4, 5, 7
_DATA_SEGS_IN = slice(152, 156)  # tcpi_data_segs_in in linux/tcp.h; older kernels: empty, so 0


def _count(sock: socket.socket, request: int) -> int:
    return struct.unpack("i", fcntl.ioctl(sock, request, bytes(4)))[0]


def unacked(sock: socket.socket) -> int:
    """Bytes sent that the other side has not acknowledged; a FIN counts one."""
    return _count(sock, _SIOCOUTQ)


def unsent(sock: socket.socket) -> int:
    """Bytes of those that the other side's window keeps back."""
    return _count(sock, _SIOCOUTQNSD)


def next_segment(sock: socket.socket, taken: int, mss: int) -> int:
    """Bytes in the next segment to read: the kernel joins them, but counts all that ever came."""
    waiting = _count(sock, _SIOCINQ)
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    segments = int.from_bytes(info[_DATA_SEGS_IN], sys.byteorder) - taken
    return mss if segments <= -(-waiting // mss) else -(-waiting // segments)


def _state(sock: socket.socket) -> int:
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def left(sock: socket.socket) -> bool:
    """True once the other side has closed or reset."""
    return _state(sock) not in (_TCP_ESTABLISHED, _TCP_FIN_WAIT1, _TCP_FIN_WAIT2)


def over(sock: socket.socket) -> bool:
    """True once the connection was reset, or both FINs were acknowledged."""
    return _state(sock) == _TCP_CLOSE


def reset(sock: socket.socket) -> None:
    """Close with an RST, whatever is under way."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class WatchedSocket:
    """A connected socket that the loop may watch, and timers by name that end with it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        self._loop, self._sock = loop, sock
        self._watching = False
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def _watch(self, readable: Callable[[], object]) -> None:
        if not self._watching:
            self._watching = True
            self._loop.add_reader(self._sock, readable)

    def _unwatch(self) -> None:
        if self._watching:
            self._watching = False
            self._loop.remove_reader(self._sock)

    def _after(self, name: str, delay: float, action: Callable[[], object]) -> None:
        """Call in `delay` seconds, instead of what was to happen under that name."""
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = self._loop.call_later(delay, self._expired, name, action)

    def _expects(self, name: str) -> bool:
        return name in self._timers

    def _expired(self, name: str, action: Callable[[], object]) -> None:
        del self._timers[name]
        action()

    def _cancel_all(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

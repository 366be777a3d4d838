"""modlwip's socket object: what extmod/modlwip.c keeps and decides for each socket."""

import socket
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from errno import (
    EAGAIN,
    EALREADY,
    EBADF,
    ECONNABORTED,
    ECONNRESET,
    EHOSTUNREACH,
    EISCONN,
    ENOTCONN,
)
from functools import partial

from .outgoing import Outgoing
from .pcb import Pcb
from .types import Net, Peer

POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL = 1, 4, 8, 16, 32


class State(Enum):
    """lwip_socket_obj_t.state; RESET and ABORTED are error codes that wait to be reported."""

    NEW = auto()
    LISTENING = auto()
    CONNECTING = auto()
    CONNECTED = auto()
    PEER_CLOSED = auto()
    RESET = auto()
    RESET_HANDLED = auto()
    ABORTED = auto()
    BAD = auto()


FAILED = (State.RESET, State.RESET_HANDLED, State.ABORTED, State.BAD)


class Socket:
    """`event()` is what option 20 would schedule, `misused()` what could crash the chip."""

    def __init__(self, event: Callable[[], None], misused: Callable[[], None]) -> None:
        self._event, self._misused = event, misused
        self.state = State.NEW
        self.port, self.reuse, self.events = 0, False, False
        self.nodelay = False
        self.pcb: Pcb | Outgoing | None = None
        self.slots = 0
        self.queue: list[Pcb] = []
        self._pbufs: deque[bytes] = deque()

    # lwIP's callbacks

    def _exec_user_callback(self) -> None:
        if self.events:
            self._event()

    def incoming(self, pcb: Pcb) -> bool:
        """_lwip_tcp_accept(): False (ERR_BUF) when the accept queue is full."""
        if len(self.queue) >= self.slots:
            return False
        self.queue.append(pcb)
        pcb.on_error = lambda errno: self.queue.remove(pcb)  # _lwip_tcp_err_unaccepted()
        self._exec_user_callback()
        return True

    def _recv(self, data: bytes | None) -> bool:
        """_lwip_tcp_recv(): a segment, or None for a FIN."""
        if data is None:
            self.state = State.PEER_CLOSED
        else:
            self._pbufs.append(data)
        self._exec_user_callback()
        return True

    def _error(self, errno: int) -> None:
        """_lwip_tcp_error(): data that is here stays readable; no event."""
        self.state = State.ABORTED if errno == ECONNABORTED else State.RESET
        self.pcb = None

    # the methods

    def take(self, pcb: Pcb) -> None:
        """The second half of lwip_socket_accept(): this is the new socket."""
        self.state, self.port, self.reuse, self.pcb = State.CONNECTED, pcb.port, pcb.reuse, pcb
        pcb.accept(self._recv, self._error)

    def connect(self, net: Net, peer: Peer, port: int) -> None:
        """lwip_socket_connect() and tcp_connect(), from a port of its own if it has none yet."""
        self.settle()
        if self.state in FAILED:
            raise OSError(EBADF, "failed before")
        if self.state is not State.NEW:
            raise OSError(EISCONN if self.state is State.CONNECTED else EALREADY, "once more")
        if not net.link_up:
            raise OSError(EHOSTUNREACH, "no route")
        self.state, self.port = State.CONNECTING, self.port or port
        # Neither completion nor failure fires an event.
        self.pcb = Outgoing(net, self, peer, partial(self._connected, net, peer), self._error)

    def _connected(self, net: Net, peer: Peer, sock: socket.socket) -> None:
        """_lwip_tcp_connected()."""
        pcb = Pcb(net, sock, peer, self)
        pcb.send_buffer.nodelay = self.nodelay
        self.state, self.pcb = State.CONNECTED, pcb
        pcb.accept(self._recv, self._error)

    def connected(self) -> bool:
        """Whether connect() has ended; an OSError where it has failed, which stays to be read."""
        self.settle()
        if self.state in FAILED:
            raise OSError(ECONNABORTED if self.state is State.ABORTED else ECONNRESET, "failed")
        return self.state is not State.CONNECTING

    def settle(self) -> None:
        """Let the stack act on what has come for this socket, resets above all."""
        for pcb in [self.pcb, *self.queue]:
            if pcb:
                pcb.settle()

    def recv(self, size: int, peek: bool, waits: bool) -> bytes:
        """lwip_tcp_receive() but for its waiting: from the first pbuf only; b"" is the end."""
        self.settle()
        if self._pbufs:
            data = self._pbufs[0][:size]
            if not peek:
                self._pbufs[0] = self._pbufs[0][size:]
                if not self._pbufs[0]:
                    self._pbufs.popleft()
                if isinstance(self.pcb, Pcb):
                    self.pcb.recved(len(data))
            return data
        self._check_reset()
        if self.state is State.PEER_CLOSED:
            return b""
        if self.state is State.LISTENING or (waits and self.state is not State.CONNECTED):
            raise OSError(ENOTCONN, "not connected")
        raise OSError(EAGAIN, "no data")

    def send(self, data: bytes) -> int:
        """lwip_tcp_send(), non-blocking, without its retries on ENOMEM."""
        self.settle()
        if self.state is State.RESET:  # lwip_socket_check_connected()
            self.state = State.BAD
            raise OSError(ECONNRESET, "connection reset")
        self._check_reset()
        if self.state is State.CONNECTING:
            raise OSError(EAGAIN, "not connected yet")
        if not isinstance(self.pcb, Pcb):
            raise OSError(ENOTCONN, "not connected")
        return self.pcb.write(data)

    def _check_reset(self) -> None:
        """STREAM_ERROR_CHECK(): an error is reported once; to use a reset socket is misuse."""
        if self.state in (State.ABORTED, State.BAD):
            was, self.state = self.state, State.BAD
            raise OSError(ECONNABORTED if was is State.ABORTED else EBADF, "connection aborted")
        if self.state is State.RESET:
            self.state = State.RESET_HANDLED
            raise OSError(ECONNRESET, "connection reset")
        if self.state is State.RESET_HANDLED:
            self._misused()
            raise OSError(ENOTCONN, "used after a reset")

    def poll(self) -> int:
        """lwip_socket_ioctl(MP_STREAM_POLL), asked for IN and OUT."""
        self.settle()
        mask = POLLIN if self._pbufs or self.queue else 0
        if isinstance(self.pcb, Pcb) and self.pcb.send_buffer.room:
            mask |= POLLOUT
        return mask | {
            State.NEW: POLLOUT | POLLHUP,
            State.PEER_CLOSED: POLLIN | POLLOUT,
            State.RESET: POLLIN | POLLOUT | POLLERR | POLLHUP,
            State.RESET_HANDLED: POLLIN | POLLHUP,
            State.ABORTED: POLLERR,
            State.BAD: POLLNVAL,
        }.get(self.state, 0)

    def close(self) -> None:
        """lwip_socket_ioctl(MP_STREAM_CLOSE)."""
        if self.pcb:
            self.pcb.close()
        elif self.slots > 1:
            for pcb in list(self.queue):
                pcb.abort()
        # lwip_socket_free_incoming() forgets a single slot: that PCB lives until an RST comes.

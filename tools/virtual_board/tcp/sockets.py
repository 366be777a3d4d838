"""modlwip's socket object: what extmod/modlwip.c keeps and decides for each socket."""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from errno import EAGAIN, ECONNRESET, ENOTCONN

from .pcb import Pcb

POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL = 1, 4, 8, 16, 32


class State(Enum):
    """lwip_socket_obj_t.state; RESET is the error code that waits there to be reported."""

    NEW = auto()
    LISTENING = auto()
    CONNECTED = auto()
    PEER_CLOSED = auto()
    RESET = auto()
    RESET_HANDLED = auto()


class Socket:
    """`event()` is what option 20 would schedule, `misused()` what could crash the chip."""

    def __init__(self, event: Callable[[], None], misused: Callable[[], None]) -> None:
        self._event, self._misused = event, misused
        self.state = State.NEW
        self.port, self.reuse, self.events = 0, False, False
        self.pcb: Pcb | None = None
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
        self.state, self.pcb = State.RESET, None

    # the methods

    def take(self, pcb: Pcb) -> None:
        """The second half of lwip_socket_accept(): this is the new socket."""
        self.state, self.port, self.reuse, self.pcb = State.CONNECTED, pcb.port, pcb.reuse, pcb
        pcb.accept(self._recv, self._error)

    def settle(self) -> None:
        """Let the stack act on what has come for this socket, resets above all."""
        for pcb in [self.pcb, *self.queue]:
            if pcb:
                pcb.settle()

    def recv(self, size: int, peek: bool) -> bytes:
        """lwip_tcp_receive(), non-blocking: from the first pbuf only; b"" is the end."""
        self.settle()
        if self._pbufs:
            data = self._pbufs[0][:size]
            if not peek:
                self._pbufs[0] = self._pbufs[0][size:]
                if not self._pbufs[0]:
                    self._pbufs.popleft()
                if self.pcb:
                    self.pcb.recved(len(data))
            return data
        self._check_reset()
        if self.state is State.PEER_CLOSED:
            return b""
        raise OSError(EAGAIN if self.state is State.CONNECTED else ENOTCONN, "no data")

    def send(self, data: bytes) -> int:
        """lwip_tcp_send(), non-blocking, without its retries on ENOMEM."""
        self.settle()
        self._check_reset()
        if not self.pcb:
            raise OSError(ENOTCONN, "not connected")
        return self.pcb.write(data)

    def _check_reset(self) -> None:
        """STREAM_ERROR_CHECK(): the reset is reported once; using the socket again is misuse."""
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
        if self.pcb and self.pcb.send_buffer.room:
            mask |= POLLOUT
        return mask | {
            State.NEW: POLLOUT | POLLHUP,
            State.PEER_CLOSED: POLLIN | POLLOUT,
            State.RESET: POLLIN | POLLOUT | POLLERR | POLLHUP,
            State.RESET_HANDLED: POLLIN | POLLHUP,
        }.get(self.state, 0)

    def close(self) -> None:
        """lwip_socket_ioctl(MP_STREAM_CLOSE)."""
        if self.pcb:
            self.pcb.close()
        elif self.slots > 1:
            for pcb in list(self.queue):
                pcb.abort()
        # lwip_socket_free_incoming() forgets a single slot: that PCB lives until an RST comes.

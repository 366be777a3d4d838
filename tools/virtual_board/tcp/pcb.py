"""One TCP connection of the chip: lwIP's rules for it, over a loopback socket.

The kernel carries the bytes. What lwIP would make of them (segments, window, refused data, close)
is decided here; each rule names the C function that it comes from (esp-open-lwip, lwip/core/).
lwip.py says where the model differs from the chip.
"""

import socket
from collections.abc import Callable
from errno import ECONNABORTED, ECONNRESET

from . import loopback
from .path import PathSocket
from .receive_window import Guard, ReceiveWindow, no_guard
from .send_buffer import ACK_TIME, SendBuffer
from .types import Net, Peer, PortUser

FAST_TIMER = 0.125  # s, TCP_TMR_INTERVAL
CLOSE_TIMEOUT = 5.0  # s, modlwip asks for 10000/500 slow ticks, which are 250 ms each here
RETRANSMISSION = 0.2  # s until a Linux client sends a dropped segment again; doubles
GRACE = 0.005  # s, see "Kinder" in lwip.py


class Pcb(PathSocket):
    """A PCB that counts as active: from the handshake to TIME_WAIT, LAST_ACK's end or a reset.

    `port` and `reuse` are those of the socket that listens (SOF_INHERITED). `on_error(errno)` is
    called when the connection is gone; modlwip sets it.
    """

    def __init__(
        self, net: Net, sock: socket.socket, peer: Peer, user: PortUser, guard: Guard = no_guard
    ) -> None:
        super().__init__(net, sock)
        self.peer, self.port, self.reuse = peer, user.port, user.reuse
        self.receive_window = ReceiveWindow(sock, guard)
        self.send_buffer = SendBuffer(sock, net.loop.time)
        self.on_error: Callable[[int], None] = lambda errno: None
        self._alive = True
        self._accepted = self._got_fin = self._closing = self._fin_sent = self._passive = False
        self._retransmission = RETRANSMISSION
        self._look_from = net.loop.time() + GRACE
        net.pcbs.append(self)
        self._resume()

    def accept(
        self, on_recv: Callable[[bytes | None], bool], on_error: Callable[[int], None]
    ) -> None:
        """lwip_socket_accept(): data is taken from now on."""
        self.receive_window.on_recv, self.on_error = on_recv, on_error
        self._accepted = True
        if self.receive_window.refused:
            # tcp_fasttmr() offers it again, at its next tick
            delay = FAST_TIMER - self._loop.time() % FAST_TIMER
            self._after("fast", delay, self.receive_window.offer)
        else:
            self._resume()

    def settle(self) -> None:
        """Take what has arrived, and notice an RST: while reading pauses, nothing signals one."""
        if not (self._alive and self._up) or self.path.delay:
            return
        over = loopback.over(self._sock)
        if over or self._watching:
            self._readable()
        if over and self._alive:
            self._done() if self._closing else self._reset()

    def recved(self, size: int) -> None:
        """tcp_recved(): modlwip has handed this much to Python."""
        if self.receive_window.recved(size):
            self._resume()

    def _readable(self) -> None:
        """tcp_input(), for everything that the kernel holds and the window lets in."""
        while self._alive and not self._got_fin:
            try:
                data = self._sock.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                return
            except OSError:
                return self._reset()
            early = self._look_from - self._loop.time()
            if self._closing and data:
                return self.abort()  # the TF_RXCLOSED branch
            if data and not self._accepted and early > 0:
                return self._pause(early)
            if not self.receive_window.offer():
                # "drop incoming packets, because pcb is full": data or FIN, they come again
                self._retransmission *= 2
                return self._pause(self._retransmission / 2)
            if not data:
                self._fin()
            elif self.receive_window.announced:
                self.receive_window.segment()
            else:
                return self._unwatch()

    def _fin(self) -> None:
        """TF_GOT_FIN in tcp_input(): the callback's answer is ignored, so a FIN can be lost."""
        self._got_fin = True
        self._unwatch()
        if self._closing:
            self._service()
        else:
            self.receive_window.on_recv(None)

    def write(self, data: bytes) -> int:
        """Queue and send: bytes taken, or OSError EAGAIN or ENOMEM (see SendBuffer.write)."""
        try:
            return self.send_buffer.write(data, self._up)
        finally:
            self._push()

    def _service(self) -> None:
        """What tcp_input() does about an ACK, and the tcp_output() after it."""
        self.settle()
        if not (self._alive and self._up):
            return
        if self.send_buffer.acknowledge() and self._closing:
            self._after("close", CLOSE_TIMEOUT, self.abort)  # polltmr = 0 in tcp_receive()
        self._push()

    def _push(self) -> None:
        if self.send_buffer.send(self._up) and self._up and self._closing and not self._fin_sent:
            self._fin_sent = True
            try:
                self._sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # reset meanwhile, which settle() will find
        if (
            self._fin_sent
            and self._got_fin
            and not (self.send_buffer or loopback.unacked(self._sock))
        ):
            self._done()
        elif (self.send_buffer or self._closing) and not self._expects("ack"):
            self._after("ack", ACK_TIME + self.path.delay, self._service)

    def close(self) -> None:
        """tcp_close_shutdown(), with modlwip's tcp_abort() where that fails."""
        self.settle()
        self.on_error = lambda errno: None
        if not self._alive:
            return
        if self.receive_window.unread:
            # what came is lost, and so is what was still to go out
            self.abort()
            self._net.time_wait(self)
        elif not self.send_buffer.fin_fits:
            self.abort()
        else:
            self._closing, self._passive = True, self._got_fin
            self._after("close", CLOSE_TIMEOUT, self.abort)  # _lwip_tcp_close_poll()
            self._resume()
            self._push()

    def abort(self) -> None:
        """tcp_abort(): RST, and the PCB is free at once."""
        self._net.aborted += 1
        self.drop()
        self.on_error(ECONNABORTED)

    def drop(self) -> None:
        """An RST to the client, and not a word to modlwip."""
        self._hang_up(self.forget())

    def _reset(self) -> None:
        """TF_RESET in tcp_input(): an RST came. No event tells of it."""
        self.forget().close()
        self.on_error(ECONNRESET)

    def _done(self) -> None:
        """Both FINs are acknowledged; TIME_WAIT is for the side that closed first."""
        self.forget().close()
        if not self._passive:
            self._net.time_wait(self)

    def forget(self) -> socket.socket:
        """The PCB is gone; the loopback socket stays open."""
        self._unwatch()
        self._cancel_all()
        self._alive = False
        self._net.pcbs.remove(self)
        return self._sock

    def link_changed(self) -> None:
        """WiFi went or came back."""
        self._unwatch()
        self._resume()
        self._service()

    def _resume(self) -> None:
        if self._alive and self._up and not self._got_fin:
            self._watch(self._arrived)

    def _pause(self, delay: float) -> None:
        self._unwatch()
        self._after("look", delay, self._resume)

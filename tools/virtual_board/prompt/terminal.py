"""What is on the board's terminal: UART in slot 1, a WebREPL session in slot 0, the prompt.

Keys from both go through one ring of 255 bytes; what the program prints goes to both, and a
WebREPL client that does not take it holds the program up (os_dupterm.c, modwebrepl.c).
"""

import re
from collections.abc import Callable

from ..tcp.lwip import Stack
from ..tcp.receive_window import WINDOW
from ..tcp.send_buffer import MSS
from ..tcp.sockets import POLLOUT
from ..webrepl.session import Session
from .repl import Execute, Repl, SoftReset
from .uart import StdinRing, Uart

_BANNER = "MicroPython v1.29.0-preview on 2026-07-05; ESP module with ESP8266"
_ROOM = 1072
_EAGAIN, _ENOMEM = 11, 12  # MicroPython's
_WRITE_FAILED = "dupterm: Exception in write() method, deactivating: OSError: [Errno 9] EBADF\n"
_VERSION = bytes((1, 29, 0))
_END = ("end",)  # of a session, for notify(): until then slot 0 takes no more output


def cooked(data: bytes) -> list[bytes]:
    """mp_hal_stdout_tx_strn_cooked(): what it writes, of which WebREPL makes a frame each."""
    return [b"\r\n" if x == b"\n" else x for x in re.findall(rb"\n|[^\n]+", data)]


class Terminal:
    """`log(bytes)` sees all that is printed; `ctrl_c()` an interrupt; `keys_came()` other keys."""

    def __init__(
        self,
        uart: Uart,
        stack: Stack,
        log: Callable[[bytes], None],
        ctrl_c: Callable[[], None],
        keys_came: Callable[[], None],
    ) -> None:
        self.uart, self._stack, self._log, self._keys_came = uart, stack, log, keys_came
        self.ring = StdinRing(ctrl_c)
        self.repl = Repl(self.write, _BANNER)
        self.password = b""
        self.sock = -1  # the session's socket
        self._pending = b""  # for the session's client, not yet in its send buffer
        self._blocking = False  # its socket: websocket.write() makes it so while it waits
        self._fails = False  # that write
        self.session: Session | None
        self.close_session()

    def write(self, data: bytes) -> None:
        """Print to every slot, as it is."""
        self._log(data)
        self.uart.write(data)
        if self.session and self._attached and self._operation != _END:
            self.session.output(data)

    def print(self, data: bytes) -> None:
        """Print what a program printed."""
        for piece in cooked(data):
            self.uart.occupy(len(piece))
            self.write(piece)

    def blocked(self) -> bool:
        """True while the WebREPL client does not take what was printed: the program waits."""
        self.resume()
        return bool(self._pending)

    def break_write(self) -> None:
        """Ctrl-C, raised inside the write that waits: that fails, and the program goes on."""
        self._pending, self._fails = b"", True
        self.resume()

    def resume(self) -> None:
        """The write that waits goes on, or ends: behind each callback it looks.

        Where it has failed, slot 0 is free then, whoever is in it by now (os_dupterm.c:
        mp_os_deactivate).
        """
        self.flush()
        if self._fails and self.session and self._attached:
            self.session.reason = _WRITE_FAILED
            self._operation = _END
        self._fails = False

    def put(self, data: bytes) -> bool:
        """Keys typed; True where the interrupt character was among them."""
        interrupted = self.ring.put(data)
        self._keys_came()
        return interrupted

    def open_session(self, sock: int) -> None:
        """`_webrepl._webrepl(ws)`: asks for the password on `sock`."""
        self._fails = self._fails or bool(self._pending)  # the write to the one before
        self.close_session()
        self.sock = sock
        self.session = Session(self.password, self._to_client, self.put, _VERSION)

    def attach(self, sock: int) -> None:
        """os.dupterm: slot 0 gets the session on `sock`, or is free (-1) until it comes back."""
        self._attached = sock >= 0 and sock == self.sock

    def close_session(self) -> None:
        """Slot 0 is free, its client forgotten."""
        self.session, self.sock, self._attached, self._pending = None, -1, False, b""
        self._operation: tuple | None = None
        self._ended = self._reading = self._blocking = self._stuck = False

    def set_blocking(self, sock: int, flag: bool) -> None:
        """setblocking() of a socket."""
        if sock == self.sock:
            self._blocking = flag

    def stands_still(self) -> bool:
        """True while os.dupterm_notify would wait for the client to say more: its socket is a
        blocking one, and what made it so waits for the callback that reads to be over.
        """
        waits = self._stuck or self._blocking
        self._stuck = bool(waits and self.session and not self._stack.poll(self.sock) & ~POLLOUT)
        return self._stuck

    def _to_client(self, data: bytes) -> None:
        self._pending += data
        self._blocking = True
        self.flush()

    def flush(self) -> None:
        """Send what is pending, as far as there is room."""
        while self._pending:
            try:
                n = self._stack.send(self.sock, self._pending[:_ROOM])
            except OSError as e:
                if e.errno in (_EAGAIN, _ENOMEM):
                    return  # full for now; else the client is gone
                n, self._fails = len(self._pending), True
            self._pending = self._pending[n:]
            # Only the beginning of a write makes it so: a callback may have changed it since.
            self._blocking = self._blocking and bool(self._pending)

    def notify(self, tag: int, answer: bytes) -> tuple[int, bytes]:
        """os.dupterm_notify: what the VM has to do next, (operation, data); see os.py there."""
        if not (self.session and self._attached):
            return 0, b""
        self._receive()
        operation, self._operation = self._operation, None
        if not operation:
            result = OSError(tag) if tag else answer if self._reading else None
            operation = self.session.step(result)
        kind, *what = operation
        self._reading = kind == "read"
        if kind == "open":
            return 1, what[1][:1].encode() + what[0].encode()
        if kind == "write":
            return 2, what[0]
        if kind == "read":
            return 3, b""
        if kind == "close":
            return 4, b""
        if kind == "end":
            reason = self.session.reason
            self.flush()
            self.close_session()
            self.print(reason.encode())
            return 5, b""
        return 0, b""

    def listen(self) -> None:
        """Take keys in while the program computes; a file operation waits for the VM."""
        if self.session and self._attached and not self._operation:
            self._receive()
            operation = self.session.step()
            self._operation = None if operation[0] == "idle" else operation

    def _receive(self) -> None:
        """Hand on what came from the client, and its end.

        A window at most: lwIP takes no more in while mp_os_dupterm_notify reads.
        """
        assert self.session
        room = WINDOW
        while room > 0 and not self._ended:
            data: bytes | OSError
            try:
                data = self._stack.recv(self.sock, MSS)
                room -= len(data)
            except OSError as e:
                if e.errno == _EAGAIN:
                    return
                data = e
            self._ended = not data or isinstance(data, OSError)
            self.session.received(data)

    def next(self) -> Execute | SoftReset | None:
        """Feed the prompt what was typed, until there is something to run."""
        while (key := self.ring.get()) is not None:
            if (work := self.repl.feed(key)) is not None:
                return work
        return None

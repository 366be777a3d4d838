"""The firmware's C module `_webrepl`: extmod/modwebrepl.c on top of a websocket.

A `Session` is one client that finished the HTTP handshake. It turns received bytes into keys for
the REPL and into file operations, which the VM has to carry out. Kept as on the chip:

* How a password is checked: login.py.
* Signature, flags, offset and name length of a file request are ignored. A type other than 1, 2
  or 3 opens the file for reading, answers "WB" and is deaf to binary frames from then on.
* Errors of write are ignored: PUT on a full disk reports success. Errors of open and close end
  the session without an answer.
* If one byte of a PUT's data is there and the next is not, that byte is lost and the file comes
  out a byte short.
* Reading stops at an interrupt character until the next event (mp_os_dupterm_notify).
* Everything that extmod/modwebsocket.c does to ping and close frames, see websocket.py.

The chip waits 20 ms after every chunk of a file (MICROPY_PY_WEBREPL_DELAY); that belongs to the
VM, after it has carried out "write" or "read". Harsher than the chip: a file name without its
closing NUL ends the session, where the chip reads past the buffer.
"""

import errno
import struct
from collections.abc import Callable, Generator

from .exception_text import printed
from .login import CONNECTED, IDLE, PROMPT, login
from .websocket import BINARY, TEXT, Decoder, encode

_REQUEST = struct.Struct("<2sBBQIH64s")  # struct webrepl_file
_CHUNK_IN, _CHUNK_OUT = 512, 256  # filebuf[] and what write_file_chunk reads
_PUT, _GET, _GET_VERSION = 1, 2, 3
_END = ("end",)
_Steps = Generator[tuple, object, None]


class Session:
    """One client, from "Password: " to the end.

    `send(data)` writes to the socket. Where it raises OSError, answers are dropped, and output()
    passes the error on (mp_os_dupterm_tx_strn then deactivates the slot).
    `keys(byte)` takes what is typed; True means that it was the interrupt character.
    `reason`, after ("end",), is the line that mp_os_deactivate prints on the other terminal.
    """

    def __init__(
        self,
        password: bytes,
        send: Callable[[bytes], None],
        keys: Callable[[bytes], bool | None],
        version: bytes,
    ):
        self.logged_in, self.reason = False, ""
        self._password = password
        self._send, self._keys, self._version = send, keys, version
        self._socket = Decoder(self._answer)
        self._request = bytearray()
        self._left = 0  # data_to_recv
        self._steps = self._run()
        self._answer(PROMPT)

    def received(self, data: bytes | OSError) -> None:
        """Store one segment that came from the client, undecoded; b"" is the client's FIN, an
        error its RST.
        """
        self._socket.feed(data)

    def output(self, data: bytes) -> None:
        """Send what the board prints as one text frame; lost before login (webrepl_write)."""
        if self.logged_in and data:
            self._send(encode(TEXT, data))

    def step(self, result: object = None) -> tuple:
        """Return the next thing for the VM to do; `result` is what the last one gave.

        ("idle",): nothing until the next event. ("open", name, "rb" or "wb"), ("write", up to 512
        bytes), ("read", 256), ("close",) concern the one file there is: answer "read" with bytes,
        a failure with the exception. ("end",): free the dupterm slot and close the socket.
        """
        return self._steps.send(result)

    def _answer(self, data: bytes) -> None:
        # write_webrepl and write_webrepl_str ignore errors
        try:
            self._send(data)
        except OSError:
            pass

    def _run(self) -> _Steps:
        # what mp_os_dupterm_rx_chr does when read() gives 0 or raises
        try:
            self.logged_in = yield from login(self._socket, self._password, self._answer)
            if self.logged_in:
                self._answer(CONNECTED)
                yield from self._serve()
            self.reason = "dupterm: EOF received, deactivating\n"
        except Exception as error:
            self.reason = "dupterm: Exception in read() method, deactivating: " + printed(error)
        while True:
            yield _END

    def _serve(self) -> _Steps:
        # _webrepl_read, state NORMAL
        while True:
            byte = self._socket.read(1)
            if byte is None:
                yield IDLE
            elif not byte:
                return
            elif self._socket.opcode == TEXT:
                if self._keys(byte):
                    yield IDLE
            elif len(self._request) < _REQUEST.size:
                yield from self._take_request(byte)
            elif self._left:
                yield from self._take_data(byte)

    def _take_request(self, byte: bytes) -> _Steps:
        self._request += byte
        if missing := _REQUEST.size - len(self._request):
            more = self._socket.read(missing)
            if more is None:
                yield IDLE
                return
            self._request += more
        if len(self._request) == _REQUEST.size:
            yield from self._start_request()

    def _start_request(self) -> _Steps:
        # handle_op
        _, kind, _, _, size, _, name = _REQUEST.unpack(self._request)
        if kind == _GET_VERSION:
            self._request.clear()
            self._answer(encode(BINARY, self._version))
            return
        path, nul, _ = name.partition(b"\0")
        if not nul:
            raise OSError(errno.ENAMETOOLONG, "file name without NUL")
        yield from self._must("open", path.decode(), "wb" if kind == _PUT else "rb")
        if kind == _PUT:
            self._left = size
            yield from self._finish_if_complete()
        elif kind == _GET:
            self._left = 1

    def _take_data(self, byte: bytes) -> _Steps:
        self._left -= 1
        if self._left:
            more = self._socket.read(min(_CHUNK_IN - 1, self._left))
            if more is None:
                yield IDLE  # and `byte` is lost
                return
            self._left -= len(more)
            byte += more
        if self._request[2] == _PUT:
            yield "write", byte
        else:
            chunk = yield "read", _CHUNK_OUT
            if isinstance(chunk, bytes):
                self._answer(encode(BINARY, len(chunk).to_bytes(2, "little") + chunk))
            if chunk:
                self._left = 1
        yield from self._finish_if_complete()

    def _finish_if_complete(self) -> _Steps:
        # check_file_op_finished
        if not self._left:
            yield from self._must("close")
            self._request.clear()

    def _must(self, *operation: str) -> _Steps:
        # write_webrepl_resp: there is no code for a failure
        result = yield operation
        if isinstance(result, Exception):
            raise result
        self._answer(encode(BINARY, b"WB\0\0"))

"""A WebREPL session with a prompt behind it, for tests: CPython stands in for the VM."""

import struct

from tools.virtual_board.prompt.repl import Execute, Repl
from tools.virtual_board.prompt.terminal import cooked
from tools.virtual_board.prompt.uart import StdinRing
from tools.virtual_board.webrepl.session import Session
from tools.virtual_board.webrepl.websocket import BINARY, TEXT, encode

BANNER = "MicroPython v1.29.0-preview.731.g1c3c201149 on 2026-11-28; ESP module with ESP8266"
TRACEBACK = b'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\n'
# What the VM makes of a program: output, traceback. None: it runs until it is interrupted.
PROGRAMS = {
    b"1+1": (b"2\n", b""),
    b"2+2": (b"4\n", b""),
    b"print(1+1)": (b"2\n", b""),
    b"print(2+2)": (b"4\n", b""),
    b"1/0": (b"", TRACEBACK + b"ZeroDivisionError: divide by zero\n"),
    b"while True: pass\n": None,
}
PUT, GET, GET_VERSION = 1, 2, 3
WB = encode(BINARY, b"WB\0\0")
CONNECTED = encode(TEXT, b"\r\nWebREPL connected\r\n>>> ")


def masked(opcode, payload, key=b"\1\2\3\4"):
    """A client's frame."""
    head = bytearray(encode(opcode, payload)[: -len(payload) or None])
    head[1] |= 0x80
    return bytes(head) + key + bytes(b ^ key[i % 4] for i, b in enumerate(payload))


def request(kind, name=b"", size=0):
    return struct.pack("<2sBBQLH64s", b"WA", kind, 0, 0, size, len(name), name)


def frames(data):
    """All (opcode, payload) in what the board sent."""
    found = []
    while data:
        size, start = data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        assert len(data) >= start + size, "half a frame"
        found.append((data[0] & 0x0F, data[start : start + size]))
        data = data[start + size :]
    return found


class Board:
    """A session, the prompt behind it, and a VM with files in a dict."""

    def __init__(self, password=b"secret12"):
        self.files, self.full, self.operations = {}, False, []
        self._sent, self.ended = [], False
        self._name = self._data = None
        self._program = None
        self._ring = StdinRing(self._interrupt)
        self.session = Session(password, self._sent.append, self._ring.put, bytes((1, 29, 0)))
        self._repl = Repl(self.session.output, BANNER)
        self._repl.start()  # nobody is logged in: nobody sees it

    def sent(self):
        data = b"".join(self._sent)
        self._sent.clear()
        return data

    def receive(self, *segments):
        """Return what the board sends for them, each an event of its own."""
        for segment in segments:
            self.session.received(segment)
            self.event()
        return self.sent()

    def login(self, password=b"secret12\r"):
        assert self.sent() == encode(TEXT, b"Password: ")
        assert self.receive(masked(TEXT, password)) == CONNECTED
        return self

    def event(self):
        """os.dupterm_notify, then the prompt takes what is in the ring."""
        result = None
        while (operation := self.session.step(result))[0] not in ("idle", "end"):
            self.operations.append(operation)
            result = self._do(*operation)
        self.ended = operation[0] == "end"
        while self._program is None and (byte := self._ring.get()) is not None:
            action = self._repl.feed(byte)
            if isinstance(action, Execute):
                self._run(action.source)

    def _do(self, what, *arguments):
        if what == "open":
            self._name, mode = arguments
            if mode == "rb" and self._name not in self.files:
                return OSError(2, "no such file")
            self._data = b"" if mode == "wb" else self.files[self._name]
            self._writing = mode == "wb"
        elif what == "write":
            if self.full:
                return OSError(28, "no space")
            self._data += arguments[0]
        elif what == "read":
            chunk, self._data = self._data[: arguments[0]], self._data[arguments[0] :]
            return chunk
        elif self._writing and not self.full:
            self.files[self._name] = self._data
        return True

    def _run(self, source):
        self._program = source
        self._ring.interrupt_char = 3
        if PROGRAMS[source]:
            self._finish(*PROGRAMS[source])

    def _interrupt(self):
        self._finish(b"", TRACEBACK + b"KeyboardInterrupt: \n")

    def _finish(self, output, error):
        self._program = None
        self._ring.interrupt_char = -1
        self._print(output)
        if error:
            self._repl.raised()
            self._print(error)
        self._repl.finished()

    def _print(self, text):
        for piece in cooked(text):
            self.session.output(piece)

"""`sys.stdin` of the ESP8266, and input(): the bytes of the serial port and of WebREPL.

Sources: shared/runtime/sys_stdio_mphal.c, shared/readline/readline.c. Harsher: input() edits with
backspace only, and a key is seen a millisecond later.
"""

import io

import link

_POLL = 3
_IN, _OUT = 1, 4


def _key():
    while True:
        _, data = link.call(link.STDIN, 1)
        if data:
            return data
        link.ask(link.WAIT, 1)


class FileIO(io.IOBase):
    """sys.stdin.buffer: read() waits until it has all that was asked for."""

    def readinto(self, into, length=-1):
        length = len(into) if length < 0 else min(length, len(into))
        for i in range(length):
            into[i] = self._next()[0]
        return length

    def read(self, length=-1):
        data = b""
        while length < 0 or len(data) < length:
            data += self._next()
        return data

    def readline(self, length=-1):
        line = b""
        while length < 0 or len(line) < length:
            line += self._next()
            if line[-1] == 10:
                break
        return line

    def ioctl(self, request, wanted):
        if request != _POLL:
            return -22
        return wanted & (_OUT | (_IN if link.ask(link.STDIN, 0) else 0))

    def _next(self):
        return _key()


class TextIOWrapper(FileIO):
    """sys.stdin: Enter is a line feed here."""

    buffer = FileIO()

    def read(self, length=-1):
        return FileIO.read(self, length).decode()

    def readline(self, length=-1):
        return FileIO.readline(self, length).decode()

    def _next(self):
        key = _key()
        return b"\n" if key == b"\r" else key


def read_line(prompt=""):
    """input()."""
    print(prompt, end="")
    line = b""
    while True:
        key = _key()
        if key == b"\r":
            print()
            return line.decode()
        if key == b"\x04" and not line:
            raise EOFError
        if key == b"\x03":
            raise KeyboardInterrupt
        if key in (b"\x08", b"\x7f"):
            if line:
                line = line[:-1]
                print("\b \b", end="")
        elif key >= b" ":
            line += key
            print(key.decode(), end="")

"""The prompt: shared/runtime/pyexec.c with MICROPY_REPL_EVENT_DRIVEN 0, as the ESP8266 builds it.

The C functions block in mp_hal_stdin_rx_chr(); here each is a generator that stops there, and
stops once more where code has to be run.

Differences from the chip, all in what the PC cannot know before the VM has seen the code:
* Raw paste takes in all source before it finds a syntax error; the chip ends the transfer there.
* In paste mode the chip prints the values of bare expressions; run with exec(), they are silent.
* Tab completes nothing, see readline.py.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from .continuation import needs_more
from .readline import CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E, Readline

SOFT_REBOOT = b"MPY: soft reboot\r\n"  # what soft_reset() in ports/esp8266/main.c prints first

_RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n"
_END = b"\4"  # of the output, then of the traceback
_WINDOW = 128  # half of MICROPY_REPL_STDIN_BUFFER_MAX


@dataclass(frozen=True)
class Execute:
    """Code to run: as compile(..., "single") takes it, or a whole file; `pasted` in raw mode."""

    source: bytes
    single: bool
    pasted: bool = False


@dataclass(frozen=True)
class SoftReset:
    """Restart Python."""


Action = None | Execute | SoftReset
# Gets a byte at each None, and after each Execute whether the code raised SystemExit; ends with
# True for a soft reset.
_Talk = Generator[Action, int, bool]


class Repl:
    """The prompt on the board's terminal.

    `raw` is pyexec_mode_kind and outlives a soft reset: raw mode comes back, and the board does
    not run main.py then. A hard reset sets it to False, and prints b"\\r\\n" before start().
    `banner` is the version and machine, without the line about help().
    """

    def __init__(self, write: Callable[[bytes], None], banner: str):
        self.raw = False
        self._write = write
        self._banner = banner.encode()
        self._readline = Readline(write)
        self._talk: Generator[Action, int, object]
        self._part = 0  # what PRINT_EOF still has to write: 2 or 1 parts, or 0

    def start(self) -> None:
        """Print banner and prompt of the present mode: boot.py and main.py are over."""
        self._readline.forget()
        self._part = 0
        self._talk = self._run()
        next(self._talk)

    def feed(self, byte: int) -> Action:
        """Take one byte of input; not while code runs. Return what the board has to do now.

        After Execute: raised() if there is a traceback, then finished(). After SoftReset: start().
        """
        return self._talk.send(byte)

    def raised(self) -> None:
        """Separate output from traceback; to be called before an exception is printed."""
        if self._part == 2:
            self._end_part()

    def finished(self, system_exit: bool = False) -> Action:
        """Go back to the prompt; after SystemExit return SoftReset instead."""
        while self._part:
            self._end_part()
        return self._talk.send(system_exit)

    def _end_part(self) -> None:
        self._part -= 1
        self._write(_END)

    def _run(self) -> Generator[Action, int, None]:
        # init_done() in ports/esp8266/main.c
        while True:
            reset = yield from self._raw_repl() if self.raw else self._friendly_repl()
            if reset:
                yield SoftReset()

    def _execute(self, source: bytes, single: bool, pasted: bool = False) -> _Talk:
        # parse_compile_execute; PRINT_EOF is set in raw mode and nowhere else
        self._part = 2 if self.raw else 0
        return bool((yield Execute(source, single, pasted)))

    def _friendly_repl(self) -> _Talk:
        # pyexec_friendly_repl
        line = self._readline.line
        self._print_banner()
        while True:
            line.clear()
            key = yield from self._read_line(b">>> ")
            complete = False
            if key:
                self._write(b"\r\n")
            if key == CTRL_A:
                self.raw = True
                return False
            if key == CTRL_B:
                self._print_banner()
            elif key == CTRL_D:
                return True
            elif key == CTRL_E:
                complete = yield from self._paste(line)
            elif not key and line:
                complete = yield from self._continue(line)
            if complete and (yield from self._execute(bytes(line), single=key != CTRL_E)):
                return True

    def _print_banner(self) -> None:
        for part in (self._banner, b"\r\n", b'Type "help()" for more information.\r\n'):
            self._write(part)

    def _read_line(self, prompt: bytes) -> Generator[None, int, int]:
        self._readline.begin(prompt)
        while (key := self._readline.feed((yield))) is None:
            pass
        return key

    def _continue(self, line: bytearray) -> Generator[None, int, bool]:
        # Ctrl-C cancels, Ctrl-D on an empty line ends a compound statement at once.
        key = 0
        while key != CTRL_D and needs_more(bytes(line)):
            line += b"\n"
            key = yield from self._read_line(b"... ")
            if key == CTRL_C:
                self._write(b"\r\n")
                return False
        return True

    def _paste(self, line: bytearray) -> Generator[None, int, bool]:
        self._write(b"paste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ")
        while (char := (yield None)) not in (CTRL_C, CTRL_D):
            line.append(char)
            self._write(b"\r\n=== " if char == 13 else bytes([char]))
        self._write(b"\r\n")
        return char == CTRL_D

    def _raw_repl(self) -> _Talk:
        # pyexec_raw_repl
        self._write(_RAW_BANNER)
        while True:
            line = bytearray()
            self._write(b">")
            while (char := (yield None)) not in (CTRL_A, CTRL_B, CTRL_D):
                if char == CTRL_C:
                    line.clear()
                else:
                    line.append(char)
            reset = False
            if char == CTRL_B:
                self._write(b"\r\n")
                self.raw = False
                return False
            if char == CTRL_D:
                self._write(b"OK")
                if not line:
                    self._write(b"\r\n")
                    return True
                reset = yield from self._execute(bytes(line), single=False)
            elif len(line) == 2 and line[0] == CTRL_E:
                reset = yield from self._raw_paste(line[1])
            else:
                self._write(_RAW_BANNER)
            if reset:
                return True

    def _raw_paste(self, command: int) -> _Talk:
        # do_reader_stdin, mp_reader_stdin_readbyte
        if command != ord("A"):
            self._write(b"R\0")
            return False
        self._write(b"R\1")
        self._write(_WINDOW.to_bytes(2, "little") + b"\1")
        source = bytearray()
        while (char := (yield None)) not in (CTRL_C, CTRL_D):
            source.append(char)
            if len(source) % _WINDOW == 0:
                self._write(b"\1")
        self._write(_END)
        if char == CTRL_C:
            self._write(_END + b"KeyboardInterrupt: \r\n" + _END)
            return False
        return (yield from self._execute(bytes(source), single=False, pasted=True))

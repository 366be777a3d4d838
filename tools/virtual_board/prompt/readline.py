"""The line editor of the friendly REPL: shared/readline/readline.c, as the ESP8266 builds it.

That is: history of 8, automatic indentation, VT100 sequences, no Emacs keys beyond Ctrl-A and
Ctrl-E (MICROPY_REPL_EMACS_KEYS is 0). Left out: completion by Tab, which would need the VM's
names; there Tab does nothing. After white space it inserts four spaces, as on the chip.
"""

import re
from collections.abc import Callable

CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E = 1, 2, 3, 4, 5

_TAB, _ESC, _SPACE = 9, 27, 32
_BACKSPACES = (8, 127)
_NEWLINES = (13, 10)
_HISTORY = 8  # MICROPY_READLINE_HISTORY_SIZE
_PREFIX = re.compile(rb"\x1b(O|\[[0-9]?)")
_KEYS = {
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1b[C": "right",
    b"\x1b[D": "left",
    b"\x1b[H": "home",
    b"\x1b[F": "end",
    b"\x1b[1~": "home",
    b"\x1b[3~": "delete",
    b"\x1b[4~": "end",
    b"\x1b[7~": "home",
    b"\x1b[8~": "end",
    b"\x1bOH": "home",
    b"\x1bOF": "end",
}

# What a key does to the screen: cursor so far back, then redraw from there (or not), then cursor
# so far forward.
_Change = tuple[int, bool, int]
_NONE: _Change = (0, False, 0)


class Readline:
    """Edits the end of `line`; what was there at begin() is the lines above and stays."""

    def __init__(self, write: Callable[[bytes], None]):
        self.line = bytearray()
        self._write = write
        self._history: list[bytes] = []  # latest first
        self._recalled = -1
        self._last_newline = 0
        self._indents = self._just_indented = False  # auto_indent_state
        self._sequence = b""
        self._start = self._cursor = 0

    def forget(self) -> None:
        """Empty the history, as every reset does (readline_init0)."""
        self._history.clear()

    def begin(self, prompt: bytes) -> None:
        """Print the prompt and start to edit at the end of `line` (readline_init)."""
        self._sequence = b""
        self._recalled = -1
        self._start = self._cursor = len(self.line)
        self._write(prompt)
        if not self.line:
            self._indents, self._just_indented = True, False
        elif self._indents:
            self._indent()

    def feed(self, char: int) -> int | None:
        """Take one byte (readline_process_char).

        Return 0 when the line is finished, Ctrl-A to Ctrl-E where they end it, None otherwise.
        """
        length = len(self.line)
        if self._sequence:
            change = self._continue_sequence(char)
        elif CTRL_A <= char <= CTRL_E and length == self._start or char == CTRL_C:
            return char
        elif char == CTRL_A:
            change = self._key("home")
        elif char == CTRL_E:
            change = self._key("end")
        elif self._is_newline(char):
            self._write(b"\r\n")
            self._remember(bytes(self.line[self._start :]))
            return 0
        elif char == _ESC:
            self._sequence, change = b"\x1b", _NONE
        else:
            change = self._edit(char)
        self._draw(*change, shorter=len(self.line) < length)
        self._just_indented = False
        return None

    def _is_newline(self, char: int) -> bool:
        # process_nl: of "\r\n" and "\n\r" only the first counts
        if char in _NEWLINES and self._last_newline in (0, char):
            self._last_newline = char
            return True
        self._last_newline = 0
        return False

    def _remember(self, line: bytes) -> None:
        # readline_push_history
        if line and self._history[:1] != [line]:
            self._history = [line, *self._history[: _HISTORY - 1]]

    def _edit(self, char: int) -> _Change:
        if char in _BACKSPACES:
            if self._cursor > self._start:
                before = self.line[self._start : self._cursor]
                count = 4 if len(before) >= 4 and not before.strip(b" ") else 1
                del self.line[self._cursor - count : self._cursor]
                return count, True, 0
        elif self._just_indented and char in (_TAB, _SPACE):
            # Tab leaves the indentation as it is, a space leaves one column of it.
            self._indents = False
            if char == _SPACE:
                del self.line[-3:]
                return 3, False, 0
        elif char == _TAB:
            if self.line[: self._cursor][-1:].isspace():
                return self._insert(b"    ")
        elif _SPACE <= char <= 126:
            return self._insert(bytes([char]))
        return _NONE

    def _insert(self, text: bytes) -> _Change:
        self.line[self._cursor : self._cursor] = text
        return 0, True, len(text)

    def _continue_sequence(self, char: int) -> _Change:
        sequence, self._sequence = self._sequence + bytes([char]), b""
        if _PREFIX.fullmatch(sequence):
            self._sequence = sequence
            return _NONE
        return self._key(_KEYS.get(sequence, ""))

    def _key(self, key: str) -> _Change:
        before, after = self._cursor - self._start, len(self.line) - self._cursor
        if key == "home":
            return before, False, 0
        if key == "end":
            return 0, False, after
        if key == "left":
            return min(before, 1), False, 0
        if key == "right":
            return 0, False, min(after, 1)
        if key == "delete" and after:
            del self.line[self._cursor]
            return 0, True, 0
        if key == "up" and self._recalled + 1 < len(self._history):
            return self._recall(self._recalled + 1)
        if key == "down" and self._recalled >= 0:
            return self._recall(self._recalled - 1)
        return _NONE

    def _recall(self, which: int) -> _Change:
        before = self._cursor - self._start
        self._recalled = which
        self.line[self._start :] = self._history[which] if which >= 0 else b""
        return before, True, len(self.line) - self._start

    def _draw(self, back: int, redraw: bool, forward: int, shorter: bool) -> None:
        if back > 0:
            self._move_back(back)
            self._cursor -= back
        if redraw:
            if shorter:
                self._write(b"\x1b[K")
            rest = bytes(self.line[self._cursor :])
            if rest:
                self._write(rest)
            self._move_back(len(rest) - forward)
        elif forward:
            self._write(bytes(self.line[self._cursor : self._cursor + forward]))
        self._cursor += forward

    def _move_back(self, count: int) -> None:
        if count:
            self._write(b"\b" * count if count <= 4 else b"\x1b[%dD" % count)

    def _indent(self) -> None:
        # readline_auto_indent: as the line above, one step more after a colon; none after two
        # lines of nothing but spaces
        above = bytes(self.line[:-1])
        start = above.rfind(b"\n") + 1
        spaces = len(above) - start - len(above[start:].lstrip(b" "))
        blank = start > 0 and start + spaces == len(above)
        if blank and above[: start - 1].rstrip(b" ").endswith(b"\n"):
            return
        for _ in range(spaces // 4 + above.endswith(b":")):
            self.line += b"    "
            self._write(b"    ")
            self._cursor += 4
            self._just_indented = True

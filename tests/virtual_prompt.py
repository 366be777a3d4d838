"""A prompt without a board, for tests: its VM only pretends to run what is typed."""

from tools.virtual_board.prompt.repl import SOFT_REBOOT, Execute, Repl, SoftReset

HELLO = b'MicroPython v1; ESP\r\nType "help()" for more information.\r\n>>> '
RAW = b"raw REPL; CTRL-B to exit\r\n>"


class Prompt:
    """A Repl whose VM runs nothing: it prints `prints`, then a traceback if `raises`."""

    def __init__(self):
        self.prints, self.raises, self.system_exit = b"", b"", False
        self.ran = []
        self.resets = 0
        self._printed = []
        self.repl = Repl(self._printed.append, "MicroPython v1; ESP")
        self.repl.start()
        self.hello = self.printed()

    def printed(self):
        data = b"".join(self._printed)
        self._printed.clear()
        return data

    def type(self, keys):
        """Return what the terminal shows for these keys."""
        for key in keys:
            action = self.repl.feed(key)
            if isinstance(action, Execute):
                self.ran.append(action)
                self._printed.append(self.prints)
                if self.raises:
                    self.repl.raised()
                    self._printed.append(self.raises)
                action = self.repl.finished(self.system_exit)
            if isinstance(action, SoftReset):
                self.resets += 1
                self._printed.append(SOFT_REBOOT)
                self.repl.start()
        return self.printed()

    def last(self):
        return self.ran[-1].source

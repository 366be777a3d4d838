"""What `make run` prints: where the board is, what it reports of itself, and its LED."""

import re


class Console:
    """What a person sees: five lines, then what the board reports of itself, and its LED.

    What else goes over the UART is for a terminal at the serial port.
    """

    _REPORTS = ("boot: ", "main.py: ", "switch: ")
    _ADDRESS = re.compile(r"(?:boot: address|switch: http:)[^0-9]*[0-9.]+/?")

    def __init__(self) -> None:
        self._line = b""
        self.url = ""  # where this PC reaches the board, whose own address is of no use here
        self._held: list[str] | None = []  # until ready
        self.failure: OSError | None = None  # why nothing can be printed any more

    def say(self, line: str) -> None:
        """Print at once. Never raises, since the board's thread has nobody to tell."""
        try:
            print(line, flush=True)
        except OSError as error:
            self.failure = error

    def report(self, line: str) -> None:
        """Print, once the board is ready."""
        if self._held is None:
            self.say(line)
        else:
            self._held.append(line)

    def printed(self, data: bytes) -> None:
        """The board printed this on its UART."""
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            text = line.decode(errors="replace").strip("\r")
            if text.startswith(self._REPORTS):
                # What runs on the board has no say over the user's terminal (escape sequences).
                text = "".join(x if x.isprintable() else "?" for x in text)
                if self.url and self._ADDRESS.fullmatch(text):
                    text += f"  (in its own network; from here {self.url})"
                self.report(text)

    def led_changed(self, lit: bool) -> None:
        """GPIO2 drives the blue LED, which is lit while the pin is low."""
        self.report("GPIO2 low   LED on" if lit else "GPIO2 high  LED off")

    def release(self) -> None:
        """Print what was reported so far, and the rest at once. In the board's thread."""
        held, self._held = self._held or [], None
        for line in held:
            self.say(line)

    def ready(self) -> None:
        """The board has booted. In the board's thread."""
        self.say("ready")
        self.release()

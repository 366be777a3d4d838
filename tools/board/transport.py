"""mpremote's SerialTransport, but one that does not send more than the board has room for."""

from __future__ import annotations

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport


class Transport(SerialTransport):
    """SerialTransport on a board that may be busy serving HTTP while source comes in."""

    def raw_paste_write(self, command_bytes: bytes) -> None:
        """mpremote's, with two bytes fewer under way.

        The protocol allows two windows of 128, which come here at once, and then Ctrl-D; the
        board's input ring takes 255 and drops the rest (ports/esp8266/esp_mphal.c).
        """
        window = int.from_bytes(self.serial.read(2), "little")
        sent, allowed = 0, window - 2
        while sent < len(command_bytes):
            while allowed <= 0 or self.serial.inWaiting():
                mark = self.serial.read(1)
                if mark == b"\x04":  # the board has seen enough: a syntax error
                    self.serial.write(b"\x04")
                    return
                if mark != b"\x01":
                    raise TransportError(f"unexpected answer to raw paste: {mark!r}")
                allowed += window
            part = command_bytes[sent : sent + allowed]
            self.serial.write(part)
            sent, allowed = sent + len(part), allowed - len(part)
        self.serial.write(b"\x04")
        if not self.read_until(1, b"\x04").endswith(b"\x04"):
            raise TransportError("could not complete raw paste")

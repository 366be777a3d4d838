"""The serial port: a pty in place of UART0 and its USB converter, and the ring behind it.

A UART at 115200 baud without flow control: nobody waits for anybody. Differences from the chip:

* Bytes come as fast as the PC writes them, in bursts of up to one hardware FIFO (128), where the
  wire needs 11 ms for as many. Harsher for a program that reads stdin slowly; a prompt that takes
  what is in the ring after each burst loses nothing.
* What the board writes while nobody reads fills the pty (some 20 to 70 KiB); what comes after
  that is lost. A PC would have lost it all.
* A cable that is pulled is silent. A real converter would vanish and its device file with it.
"""

import asyncio
import os
import tty
from collections import deque
from collections.abc import Callable

_FIFO = 128  # bytes of the UART's hardware receive FIFO
_RING = 255  # esp_mphal.c: stdin_ringbuf_array[256], one place stays free


class StdinRing:
    """What was typed and not read yet: stdin_ringbuf, filled by UART and WebREPL alike.

    `interrupt_char` is mp_interrupt_char: 3 while code runs, -1 at an idle prompt. A soft reset
    does not clear the ring.
    """

    def __init__(self, interrupt: Callable[[], None]):
        self.interrupt_char = -1
        self._interrupt = interrupt
        self._bytes: deque[int] = deque()

    def put(self, data: bytes) -> bool:
        """Store what fits and drop the rest (uart0_rx_intr_handler, mp_os_dupterm_notify).

        The interrupt character calls `interrupt` instead; True if it was among `data`.
        """
        interrupted = False
        for byte in data:
            if byte == self.interrupt_char:
                self._interrupt()
                interrupted = True
            elif len(self._bytes) < _RING:
                self._bytes.append(byte)
        return interrupted

    def get(self) -> int | None:
        """Return the oldest byte, or None."""
        return self._bytes.popleft() if self._bytes else None

    def clear(self) -> None:
        """Forget all of it."""
        self._bytes.clear()

    def __len__(self) -> int:
        return len(self._bytes)


class Uart:
    """A pty whose other end, `path`, is opened by mpremote or a terminal."""

    def __init__(self, loop: asyncio.AbstractEventLoop, received: Callable[[bytes], None]):
        self._loop = loop
        self._received = received
        self._plugged = True
        # We hold the terminal's end open as well: without it, the last client to close would
        # leave EIO here.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        loop.add_reader(self._master, self._readable)

    def write(self, data: bytes) -> None:
        """Send bytes; those that the pty has no room for are lost. Never blocks."""
        while data and self._plugged:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                return

    def unplug(self) -> None:
        """Pull the cable: from now on bytes vanish, both ways."""
        self._plugged = False

    def plug(self) -> None:
        """Put the cable back; what the client wrote meanwhile is gone."""
        while self._read():
            pass
        self._plugged = True

    def close(self) -> None:
        """Remove the port; a client that has it open gets EIO or an end of file."""
        self._loop.remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _readable(self) -> None:
        data = self._read()
        if data and self._plugged:
            self._received(data)

    def _read(self) -> bytes:
        try:
            return os.read(self._master, _FIFO)
        except BlockingIOError:
            return b""

"""The serial port: a pty in place of UART0 and its USB converter, and the ring behind it.

A UART at 115200 baud without flow control: nobody waits for anybody. Differences from the chip:

* Bytes come as fast as the PC writes them, in bursts of up to one hardware FIFO (128), where the
  wire needs 11 ms for as many. Harsher for a program that reads stdin slowly; a prompt that takes
  what is in the ring after each burst loses nothing.
* Output does not take 87 us a character. A terminal that is open but slow finds up to 64 KiB of it
  waiting, and beyond that it is lost. Without a terminal, some 20 KiB at most wait for the next
  one, where a PC would have lost them all; mpremote drops them when it opens the port.
* A cable that is pulled is silent. A real converter would vanish and its device file with it.
"""

import asyncio
import os
import select
import termios
import tty
from collections import deque
from collections.abc import Callable

_FIFO = 128  # bytes of the UART's hardware receive FIFO
_BACKLOG = 65536  # bytes for a terminal that is slow
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

    @property
    def waiting(self) -> bool:
        """True while there is a byte to get."""
        return bool(self._bytes)

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
        self._backlog = bytearray()
        # We hold the terminal's end open as well: without it, the last client to close would
        # leave EIO here.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        loop.add_reader(self._master, self._readable)

    def write(self, data: bytes) -> None:
        """Send bytes; those that nobody takes are lost. Never blocks."""
        if self._plugged:
            self._backlog += data
            self._flush()

    def unplug(self) -> None:
        """Pull the cable: from now on bytes vanish, both ways."""
        self._plugged = False
        self._backlog.clear()

    def plug(self) -> None:
        """Put the cable back; what the client wrote meanwhile is gone."""
        while self._read():
            pass
        self._plugged = True

    def close(self) -> None:
        """Remove the port; a client that has it open gets EIO or an end of file."""
        self._loop.remove_reader(self._master)
        self._loop.remove_writer(self._master)
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

    def _flush(self) -> None:
        try:
            while self._backlog:
                del self._backlog[: os.write(self._master, self._backlog)]
        except BlockingIOError:
            if self._terminal_is_open():
                del self._backlog[_BACKLOG:]
                self._loop.add_writer(self._master, self._flush)
                return
            self._backlog.clear()
            tty.setraw(self._slave)  # whatever the last terminal left
            termios.tcflush(self._slave, termios.TCIFLUSH)
        self._loop.remove_writer(self._master)

    def _terminal_is_open(self) -> bool:
        # Without our own hold on it, the other end is hung up where nobody else has it open.
        poll = select.poll()
        poll.register(self._master, 0)
        os.close(self._slave)
        hung_up = poll.poll(0)
        self._slave = os.open(self.path, os.O_RDWR | os.O_NOCTTY)
        return not hung_up

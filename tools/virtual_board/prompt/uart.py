"""The serial port: a pty in place of UART0 and its USB converter, and the ring behind it.

A UART at 115200 baud without flow control. The PC may write as fast as it likes; a byte is read
every 87 us, as the wire would bring it. What a program prints takes 87 us a byte as well, whether
anybody reads it or not: print() waits for room in the FIFO. Differences from the chip:

* After a pause, or where this loop is late, 32 bytes come at once.
* Kinder: while 128 bytes wait and only this PC's speed keeps the prompt from them (a callback, or
  a line that has run for less than 0.1 s), the wire stands still. On the chip, a callback of more
  than 22 ms within a raw paste loses bytes.
* Kinder: what the prompt prints by itself takes no time. On the chip it waits for that, so that a
  paste loses bytes there once it has made the board print some 380 more than were pasted: at
  least five a line.
* A program that makes no calls to the hardware computes on while up to 8 KiB wait to be sent.
* A terminal that is open but slow finds up to 64 KiB of output waiting, and beyond that it is
  lost. Without a terminal, some 20 KiB at most wait for the next one, where a PC would have lost
  them all; mpremote drops them when it opens the port.
* A cable that is pulled is silent. A real converter would vanish and its device file with it.
"""

import asyncio
import os
import select
import termios
import tty
from collections import deque
from collections.abc import Callable

_BYTE = 10 / 115200  # s on the wire: start bit, 8 bits, stop bit
_TRIGGER = 16  # bytes: UART_RXFIFO_FULL_THRHD of ports/esp8266/uart.c
_BURST = 2 * _TRIGGER
_SHORT = 0.1  # s: of a program, most of which here are messages between processes
_FIFO = 126  # bytes for the wire, for which print() does not wait: uart_tx_one_char()
_BACKLOG = 65536  # bytes for a terminal that is slow
_RING = 255  # esp_mphal.c: stdin_ringbuf_array[256], one place stays free


class StdinRing:
    """What was typed and not read yet: stdin_ringbuf, filled by UART and WebREPL alike.

    `interrupt_char` is mp_interrupt_char: 3 while code runs, -1 at an idle prompt. A soft reset
    does not clear the ring.
    """

    def __init__(self, interrupt: Callable[[], None]):
        self.interrupt_char = -1
        self.line_began = 0.0  # when the last program from the prompt began
        self._interrupt = interrupt
        self._bytes: deque[int] = deque()

    def has_room(self, now: float) -> bool:
        """False while half of it is full, and only this PC's speed keeps the prompt from that."""
        program = self.interrupt_char >= 0 and now - self.line_began > _SHORT
        return program or len(self._bytes) <= _RING // 2

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
    """A pty whose other end, `path`, is opened by mpremote or a terminal.

    `received(bytes)` gets what comes, while `ready()`.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        received: Callable[[bytes], None],
        ready: Callable[[], bool] = lambda: True,
    ):
        self._loop = loop
        self._received, self._ready = received, ready
        self._brought = 0.0  # time until which the wire has brought what there was
        self._pause: asyncio.TimerHandle | None = None
        self._sent = 0.0  # time at which the wire has sent what there was
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

    def occupy(self, count: int) -> None:
        """A program's output takes the time of so many bytes on the wire."""
        self._sent = max(self._sent, self._loop.time()) + count * _BYTE

    def full(self) -> float:
        """For how many seconds print() has to wait."""
        return max(0.0, self._sent - self._loop.time() - _FIFO * _BYTE)

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
        if self._pause:
            self._pause.cancel()
        self._loop.remove_reader(self._master)
        self._loop.remove_writer(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _readable(self) -> None:
        now = self._loop.time()
        self._brought = max(self._brought, now - _BURST * _BYTE)
        room = int((now - self._brought) / _BYTE)
        data = self._read(room) if room and self._ready() else b""
        self._brought += len(data) * _BYTE
        if data and self._plugged:
            self._received(data)
        self._loop.remove_reader(self._master)
        self._pause = self._loop.call_later(_TRIGGER * _BYTE, self._resume)

    def _resume(self) -> None:
        self._pause = None
        self._loop.add_reader(self._master, self._readable)

    def _read(self, count: int = 4096) -> bytes:
        try:
            return os.read(self._master, count)
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

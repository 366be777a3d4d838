"""The virtual board's serial port: a pty that real tools open."""

import asyncio
import contextlib
import io
import os
import select
import traceback

import pytest
from mpremote.transport import TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.virtual_board.prompt.repl import SOFT_REBOOT, Repl, SoftReset
from tools.virtual_board.prompt.uart import Uart

EVERY_BYTE = bytes(range(256))


def talk(client, received=lambda uart, data: None):
    """Run client(uart) in a thread beside the port's own loop; return its result."""

    async def main():
        loop = asyncio.get_running_loop()
        uart = Uart(loop, lambda data: received(uart, data))
        try:
            return await loop.run_in_executor(None, client, uart)
        finally:
            uart.close()

    return asyncio.run(main())


def read(terminal, count):
    """Wait for `count` bytes."""
    data = b""
    while len(data) < count:
        assert select.select([terminal], [], [], 5)[0], f"only {data!r} came"
        data += os.read(terminal, count - len(data))
    return data


@contextlib.contextmanager
def terminal(uart):
    handle = os.open(uart.path, os.O_RDWR | os.O_NOCTTY)
    try:
        yield handle
    finally:
        os.close(handle)


def echo(uart, data):
    uart.write(data)


@pytest.fixture
def quiet():
    """A port whose loop does not run, and what came over it."""
    loop = asyncio.new_event_loop()
    came = []
    uart = Uart(loop, came.append)
    yield uart, came
    uart.close()
    loop.close()


def test_every_byte_gets_through_both_ways_unchanged():
    def client(uart):
        with terminal(uart) as t:
            os.write(t, EVERY_BYTE)
            return read(t, 256)

    assert talk(client, echo) == EVERY_BYTE


def test_a_terminal_can_close_and_another_one_open():
    def client(uart):
        for _ in range(3):
            with terminal(uart) as t:
                os.write(t, b"hello")
                assert read(t, 5) == b"hello"

    talk(client, echo)


def test_a_burst_reaches_the_prompt_in_pieces_that_its_ring_can_hold():
    bursts = []

    def received(uart, data):
        bursts.append(data)
        uart.write(data)

    def client(uart):
        with terminal(uart) as t:
            os.write(t, EVERY_BYTE * 4)
            return read(t, 1024)

    assert talk(client, received) == EVERY_BYTE * 4
    assert max(map(len, bursts)) <= 128


def test_a_board_that_nobody_listens_to_goes_on_printing(quiet):
    uart, _ = quiet
    uart.write(b"old" * 1_000_000)
    with terminal(uart) as t:
        uart.write(b"now")
        assert read(t, 3) == b"now"


def test_a_terminal_that_is_slow_loses_nothing_of_a_long_listing():
    listing = EVERY_BYTE * 240

    def client(uart):
        with terminal(uart) as t:
            os.write(t, b"go")
            return b"".join(read(t, 256) for _ in range(240))

    assert talk(client, lambda uart, data: uart.write(listing)) == listing


def test_what_is_sent_over_a_pulled_cable_is_lost_both_ways(quiet):
    uart, came = quiet

    def wait_for_bytes_at_the_board():
        assert select.select([uart._master], [], [], 5)[0]

    with terminal(uart) as t:
        uart.unplug()
        uart.write(b"lost")
        os.write(t, b"lost")
        wait_for_bytes_at_the_board()
        uart.plug()
        uart.write(b"back")
        assert read(t, 4) == b"back"
        os.write(t, b"back")
        wait_for_bytes_at_the_board()
        uart._readable()
    assert came == [b"back"]


def test_a_switched_off_board_hangs_up():
    loop = asyncio.new_event_loop()
    uart = Uart(loop, lambda data: None)
    with terminal(uart) as t:
        uart.close()
        with pytest.raises(OSError):
            os.write(t, b"x")
    loop.close()


class Board:
    """A prompt on a Uart; CPython stands in for the VM."""

    def __init__(self):
        self.uart = None
        self.repl = Repl(lambda data: self.uart.write(data), "MicroPython")
        self.names = {}

    def received(self, uart, data):
        if self.uart is None:
            self.uart = uart
            self.repl.start()
        for byte in data:
            if action := self.repl.feed(byte):
                self.act(action)

    def act(self, action):
        if isinstance(action, SoftReset):
            self.uart.write(SOFT_REBOOT)
            self.repl.start()
            return
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output):
                exec(action.source, self.names)
            self.uart.write(output.getvalue().encode())
        except Exception:
            self.uart.write(output.getvalue().encode())
            self.repl.raised()
            self.uart.write(traceback.format_exc().encode())
        self.repl.finished()


def test_stock_mpremote_gets_in_runs_code_and_gets_out():
    def client(uart):
        transport = SerialTransport(uart.path)
        transport.enter_raw_repl()
        assert transport.eval("1+1") == 2
        transport.exec("text = " + repr("x" * 5000))
        assert transport.eval("len(text)") == 5000
        with pytest.raises(TransportExecError, match="ZeroDivisionError"):
            transport.exec("1/0")
        transport.use_raw_paste = False
        assert transport.exec("print('plain')") == b"plain\n"
        transport.exit_raw_repl()
        transport.enter_raw_repl(soft_reset=False)
        assert transport.eval("len(text)") == 5000
        transport.close()

    talk(client, Board().received)

"""All of a long output arrives, at the serial port and at WebREPL, since print() waits."""

import os
import time

import pytest
from fault_rig import log_in
from test_virtual_uart import read, terminal

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.prompt import uart

COUNT = 2000
PRINTS = b"for i in range(%d): print('%%04d %s' %% i)\r\r" % (COUNT, b"x" * 60)
LINES = [f"{i:04} {'x' * 60}" for i in range(COUNT)]
FASTER = 5  # than the wire is, so that these tests take seconds


@pytest.fixture
def byte_time(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(uart, "_BYTE", uart._BYTE / FASTER)
    return uart._BYTE


def lines(shown: bytes) -> list[str]:
    """Those that a program printed, which all end in CR LF."""
    assert b"\n" not in shown.replace(b"\r\n", b"")
    return [line for line in shown.decode().split("\r\n") if line.endswith("x")]


def test_a_serial_terminal_as_fast_as_the_wire_gets_all_of_a_long_output(
    board: VirtualBoard, byte_time: float
) -> None:
    with terminal(board.chip.uart) as handle:
        shown = b""
        while not shown.endswith(b">>> "):  # what booting has printed
            shown += read(handle, 1)
        os.write(handle, PRINTS)
        while not shown.endswith(LINES[-1].encode() + b"\r\n>>> "):
            begin = time.monotonic()
            shown += (data := os.read(handle, 512))
            time.sleep(max(0, 0.9 * len(data) * byte_time - (time.monotonic() - begin)))
    assert lines(shown) == LINES


def test_a_webrepl_client_gets_all_of_a_long_output(board: VirtualBoard, byte_time: float) -> None:
    client = log_in(board)
    client.serial.write(PRINTS)
    end = LINES[-1].encode() + b"\r\n>>> "
    assert lines(client.serial.read_until(end)) == LINES
    client.close()


@pytest.mark.parametrize("plugged", [True, False])
def test_what_nobody_reads_takes_its_time_on_the_wire_and_no_more(
    board: VirtualBoard, byte_time: float, plugged: bool
) -> None:
    if not plugged:
        board.do(lambda chip: chip.uart.unplug())
    mark = len(board.console)
    begin = time.monotonic()
    board.do(lambda chip: chip.terminal.put(PRINTS))
    board.wait_for(lambda chip: board.printed_since(mark).endswith(b"x\r\n>>> "))
    wire = sum(len(line) + 2 for line in LINES) * byte_time
    assert wire * 0.95 < time.monotonic() - begin < wire + 5


def test_ctrl_c_ends_an_output_without_end(board: VirtualBoard) -> None:
    mark = len(board.console)
    board.do(lambda chip: chip.terminal.put(b"while 1: print('x')\r\r"))
    board.wait_for(lambda chip: b"x\r\nx\r\nx" in board.printed_since(mark))
    board.do(lambda chip: chip.terminal.put(b"\3"))
    board.wait_for(lambda chip: b"KeyboardInterrupt: \r\n>>> " in board.printed_since(mark))

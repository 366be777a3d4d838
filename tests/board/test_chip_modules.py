"""What a program finds on the virtual board: the chip's date, sys, input, select and asyncio."""

import re

import pytest

from tools.board import connection, session
from tools.virtual_board.board import VirtualBoard


def run(board: VirtualBoard, program: str) -> str:
    """What `program` prints; an error of it is raised."""
    with session.raw_repl(connection.open_board(None, board.serial)) as transport:
        return transport.exec(program).decode().replace("\r\n", "\n")


def test_the_date_begins_in_2000_at_power_on_and_outlives_a_reset(board: VirtualBoard) -> None:
    dates = "import machine, time\nprint(machine.RTC().datetime()[:4], time.time() < 600)"
    assert run(board, dates) == "(2000, 1, 1, 5) True\n"
    run(board, "import machine\nmachine.RTC().datetime((2026, 11, 28, 0, 13, 14, 15, 0))")
    boots = board.do(lambda chip: chip.boots)
    board.do(lambda chip: chip.hard_reset())
    board.wait_for(lambda chip: chip.boots > boots)
    date = "import time\nprint(time.localtime()[:5], time.gmtime(0))"
    assert run(board, date) == "(2026, 11, 28, 13, 14) (2000, 1, 1, 0, 0, 0, 5, 1)\n"
    leap = "import time\nprint(time.gmtime(time.mktime((2024, 2, 29, 12, 30, 0, 0, 0)))[:6])"
    assert run(board, leap) == "(2024, 2, 29, 12, 30, 0)\n"


def test_a_file_has_no_time_that_only_the_pc_knows(board: VirtualBoard) -> None:
    assert run(board, "import os\nprint(os.stat('/boot.py')[7:])") == "(0, 0, 0)\n"


def test_a_program_sees_the_chip_and_not_the_pc(board: VirtualBoard) -> None:
    program = "import sys, random, hashlib\nprint(sys.platform, sys.implementation._mpy >> 10)\n"
    program += "print(hasattr(random, 'randint'), hasattr(hashlib, 'md5'))"
    assert run(board, program) == "esp8266 9\nFalse False\n"


def test_asyncio_sleeps_and_goes_on_while_the_switch_serves(board: VirtualBoard) -> None:
    program = """
import asyncio
async def count(n):
    for _ in range(n):
        await asyncio.sleep_ms(5)
    return n
print(asyncio.run(asyncio.wait_for(count(3), 5)))
"""
    assert run(board, program) == "3\n"


def test_callbacks_run_while_a_program_waits_in_poll(board: VirtualBoard) -> None:
    program = """
import micropython, select, socket
done = []
s = socket.socket()
s.bind(("0.0.0.0", 4321))
s.listen(1)
p = select.poll()
p.register(s, select.POLLIN)
micropython.schedule(done.append, 1)
print(p.poll(200), done, select.select([s], [], [], 0.01))
s.close()
"""
    assert run(board, program) == "[] [1] ([], [], [])\n"


@pytest.mark.parametrize("reads", ["sys.stdin.readline()", "input()"])
def test_a_program_reads_what_is_typed(board: VirtualBoard, reads: str) -> None:
    with session.raw_repl(connection.open_board(None, board.serial)) as transport:
        transport.exec_raw_no_follow(f"import sys; print(repr({reads}))")
        transport.serial.write(b"lamp\r")
        shown = transport.follow(10)[0].decode()
    assert re.search(r"'lamp(\\n)?'\r\n", shown)


def test_a_program_may_switch_ctrl_c_off(board: VirtualBoard) -> None:
    program = """
import micropython, sys
micropython.kbd_intr(-1)
print("off")
print(sys.stdin.buffer.read(1))
micropython.kbd_intr(3)
"""
    with session.raw_repl(connection.open_board(None, board.serial)) as transport:
        transport.exec_raw_no_follow(program)
        transport.read_until(1, b"off\r\n")
        transport.serial.write(b"\x03")
        assert transport.follow(10)[0] == b"b'\\x03'\r\n"

"""A program has the chip's stack and heap, and does no harm to the kernel by what it names."""

from collections.abc import Callable

import pytest
from mpremote.transport import TransportExecError

from tools.board import connection, session
from tools.virtual_board.board import VirtualBoard


@pytest.fixture
def bare(run_program: Callable[..., VirtualBoard]) -> VirtualBoard:
    """A board at its prompt, with nothing of ours on it."""
    board = run_program("")
    board.wait_for(lambda chip: chip.at_prompt)
    return board


def run(board: VirtualBoard, *programs: str, pasted: bool = True) -> str:
    """What they print, one after another in one session, also where they raise."""
    printed = ""
    with session.raw_repl(connection.open_board(None, board.serial)) as transport:
        transport.use_raw_paste = pasted
        for program in programs:
            try:
                printed += transport.exec(program).decode().replace("\r\n", "\n")
            except TransportExecError as e:
                printed += e.error_output.replace("\r\n", "\n")
    return printed


def soft_reset(board: VirtualBoard) -> None:
    boots = board.chip.boots
    board.wait_for(lambda chip: chip.at_prompt and chip.terminal.put(b"\4") in (True, False))
    board.wait_for(lambda chip: chip.boots > boots)


def test_a_folder_with_the_name_of_a_module_does_not_end_the_session(bare: VirtualBoard) -> None:
    folders = "import os\nfor name in ('io', 'sys', 'link'):\n    os.mkdir('/' + name)"
    printed = run(bare, folders, "import sys\nsys.modules.clear()", "1 // 0", "print('on')")
    assert printed.endswith("ZeroDivisionError: divide by zero\non\n")
    assert bare.chip.crashes == 0


def test_what_is_no_module_among_the_modules_does_not_break_a_soft_reset(
    bare: VirtualBoard,
) -> None:
    run(bare, "import sys\nsys.modules['x'] = 1\nimport os\nos.__file__ = 1")
    soft_reset(bare)
    assert bare.chip.crashes == 0


def test_pins_time_poll_and_schedule_work_while_the_heap_is_locked(bare: VirtualBoard) -> None:
    program = """
import machine, micropython, select, time
poller = select.poll()
poller.ipoll(0)  # the first one makes the tuple that it gives out
pin, seen, value = machine.Pin(4, machine.Pin.OUT), [0], 0
def called(argument):
    seen[0] = argument
def locked():
    micropython.schedule(called, 5)
    pin.value(1)
    for _ in poller.ipoll(20):
        pass
    time.sleep_ms(20)
    return time.ticks_ms() and pin.value()
micropython.heap_lock()
value = locked()
micropython.heap_unlock()
print(value, seen)
"""
    assert run(bare, program) == "1 [5]\n"


def test_a_heap_that_is_locked_or_full_stays_so_and_the_prompt_is_there(
    bare: VirtualBoard,
) -> None:
    full = "held = None\nwhile True:\n    held = (held, bytearray(16))"
    printed = run(bare, full, "print('there is no room to compile this')")
    assert printed.count("MemoryError") == 2 and "firmware" not in printed
    soft_reset(bare)
    locks = "import micropython\nmicropython.heap_lock()"
    printed = run(bare, locks, "print([1] * 1000)")
    assert "MemoryError" in printed and "[1, 1" not in printed
    assert bare.chip.crashes == 0


def test_a_program_that_flushes_its_output_goes_on(bare: VirtualBoard) -> None:
    assert run(bare, "import sys\nsys.stdout.flush()\nprint('on')") == "on\n"


def test_stdin_fills_as_much_of_a_buffer_as_is_asked_for(bare: VirtualBoard) -> None:
    """As mpremote does, which mounts folders of the PC by it."""
    program = "import sys\nbuffer = bytearray(3)\n"
    program += "print(sys.stdin.buffer.readinto(buffer, 2), buffer)"
    with session.raw_repl(connection.open_board(None, bare.serial)) as transport:
        transport.exec_raw_no_follow(program)
        transport.serial.write(b"abc")
        output, errors = transport.follow(5)
    assert (output, errors) == (b"2 bytearray(b'ab\\x00')\r\n", b"")


def test_an_interval_that_is_too_long_for_the_ticks_is_refused(bare: VirtualBoard) -> None:
    program = """
import asyncio, time
half = 1 << 29
print(time.ticks_add(5, half - 1) - half, time.ticks_add(5, 1 - half) - half)
for too_long in (half, -half):
    try:
        time.ticks_add(5, too_long)
    except OverflowError:
        print("refused")
try:
    asyncio.run(asyncio.sleep_ms(half))
except OverflowError:
    print("refused")
"""
    assert run(bare, program) == "4 6\nrefused\nrefused\nrefused\n"


def test_recursion_ends_nearly_as_early_as_on_the_chip(bare: VirtualBoard) -> None:
    program = """
def deeper():
    global depth
    depth += 1
    deeper()
depth = 0
try:
    deeper()
except RuntimeError as e:
    print(e)
print(depth)
"""
    message, depth = run(bare, program).splitlines()
    assert message == "maximum recursion depth exceeded"
    assert 15 < int(depth) <= 80


@pytest.mark.parametrize(("pasted", "least", "most"), [(True, -1000, 2000), (False, 8000, 12000)])
def test_a_source_is_on_the_heap_once_and_not_at_all_in_a_raw_paste(
    bare: VirtualBoard, pasted: bool, least: int, most: int
) -> None:
    before = "import gc\ngc.collect()\nfree = gc.mem_free()"
    program = "# 23456789 123456789 12\n" * 340 + "gc.collect()\nprint(free - gc.mem_free())"
    assert least <= int(run(bare, before, program, pasted=pasted)) < most


def test_a_raw_paste_may_be_longer_than_what_is_left_of_the_heap(bare: VirtualBoard) -> None:
    assert run(bare, "# 23456789 123456789 12\n" * 1200 + "print('pasted')") == "pasted\n"

"""A flash that fails, is full or cannot be read: what serves goes on, what boots says so."""

import errno
from collections.abc import Callable

import client
import pytest
from fault_rig import HOME, Victim, answers, boot, complaints, prompt_answers
from test_faults_power import at_each_read, reads_of_a_boot

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import SOFT_WATCHDOG, Chip
from tools.virtual_board.hardware.wlan import Air

FAILURES = 4  # spread over the reads of a boot
HANGS = 200  # looks at it, of 5 ms at least
NO_ROOM = 36  # what LittleFS makes of ENOSPC where a file's name needs a block
TRY = b"""exec("try:\\n open('/x', '%s')%s\\nexcept OSError as e: print('errno', e.errno)")\r"""


@pytest.mark.parametrize(
    ("fail", "action", "number"),
    [
        ({"read": errno.EIO}, TRY % (b"r", b""), errno.EIO),
        ({"prog": errno.EIO, "erase": errno.EIO}, TRY % (b"w", b".write('x')"), errno.EIO),
        ({"prog": errno.ENOSPC, "erase": errno.ENOSPC}, TRY % (b"w", b""), NO_ROOM),
    ],
    ids=["EIO on reading", "EIO on writing", "ENOSPC"],
)
def test_a_flash_that_fails_while_it_serves_costs_who_uses_it_and_nobody_else(
    victim: Victim, fail: dict[str, int], action: bytes, number: int
) -> None:
    with victim.suffers() as board:
        mark = len(board.console)
        board.do(lambda chip: chip.flash.fail.update(fail))
        board.do(lambda chip: chip.terminal.put(action))
        board.wait_for(lambda chip: b"errno %d\r\n" % number in board.printed_since(mark))
        for path in ("/", "/status", "/led"):
            assert client.request(board.http, "GET", path)[0] == 200
        prompt_answers(board)
        board.do(lambda chip: chip.flash.fail.clear())


@pytest.fixture
def board(make_board: Callable[..., VirtualBoard]) -> VirtualBoard:
    """Not switched on yet."""
    return make_board(start=False, air=Air(HOME))


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_flash_that_cannot_be_written_does_not_matter_to_a_boot(
    board: VirtualBoard, number: int
) -> None:
    board.do(lambda chip: chip.flash.fail.update(prog=number, erase=number))
    boot(board)
    assert answers(board) is False
    prompt_answers(board)
    assert len(complaints(board)) == 2


def boots_with_failure(board: VirtualBoard, at: int) -> bool:
    """Boot with a flash that fails from the `at`-th read on; False where that never ends.

    A .mpy file that breaks off hangs MicroPython's loader (py/persistentcode.c: read_uint), for
    which the chip has a watchdog.
    """
    boots, reads, seen, silence = board.chip.boots, 0, 0, 0

    def fail(n: int) -> None:
        nonlocal reads
        reads = n
        if n == at:
            board.chip.flash.fail["read"] = errno.EIO

    def over(chip: Chip) -> bool:
        nonlocal seen, silence
        silence = silence + 1 if seen == reads else 0
        seen = reads
        chip.clock.advance(50)
        return chip.boots > boots or silence > HANGS

    board.do(lambda chip: at_each_read(chip, fail))
    board.do(Chip.hard_reset)
    board.wait_for(over, 60)
    board.do(lambda chip: chip.flash.fail.clear())
    return board.chip.boots > boots


@pytest.mark.parametrize("variant", ["generic"])  # which reads device/ from files
def test_a_flash_that_fails_in_the_middle_of_a_boot_is_told_and_a_reset_mends_it(
    board: VirtualBoard,
) -> None:
    reads = reads_of_a_boot(board)
    client.set_led(board.http, True)
    first = reads // 10  # before that the file system is not there, and neither is boot.py
    for i in range(FAILURES):
        mark = len(board.console)
        if boots_with_failure(board, first + (reads - first) * i // FAILURES):
            # With a traceback, where it is main.py itself that cannot be read. One that it cannot
            # even find the firmware passes over without a word (shared/runtime/pyexec.c).
            said = board.console[mark:]
            passed_over = "boot: address" in said and "switch: " not in said
            assert "OSError" in said or "no module" in said or passed_over
    boot(board, lambda chip: chip.hard_reset(SOFT_WATCHDOG))
    assert answers(board) is True


def test_a_flash_that_cannot_be_read_at_all_is_told_and_a_reset_mends_it(
    board: VirtualBoard,
) -> None:
    board.do(lambda chip: chip.flash.fail.update(read=errno.EIO))
    board.do(Chip.power_on)
    board.wait_for(lambda chip: "appears to be corrupt" in board.console)
    board.do(lambda chip: chip.flash.fail.clear())
    boot(board, Chip.hard_reset)
    assert answers(board) is False

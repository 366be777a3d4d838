"""A flash that fails, is full or cannot be read: what serves goes on, what boots says so."""

import errno
from collections.abc import Callable

import client
import pytest
from fault_rig import HOME, Victim, answers, boot, complaints, prompt_answers
from test_faults_power import at_each_read, reads_of_a_boot

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip
from tools.virtual_board.wlan import Air

FAILURES = 4  # spread over the reads of a boot
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


def test_a_flash_that_fails_in_the_middle_of_a_boot_is_told_and_a_reset_mends_it(
    board: VirtualBoard,
) -> None:
    reads = reads_of_a_boot(board)
    client.set_led(board.http, True)
    first = reads // 10  # before that the file system is not there, and neither is boot.py
    for i in range(FAILURES):
        at = first + (reads - first) * i // FAILURES

        def fail(n: int, at: int = at) -> None:
            if n == at:
                board.chip.flash.fail["read"] = errno.EIO

        board.do(lambda chip: at_each_read(chip, fail))
        mark = len(complaints(board))
        boot(board, Chip.hard_reset)
        board.do(lambda chip: chip.flash.fail.clear())
        said = complaints(board)[mark:]
        assert any("OSError" in line or "no module" in line for line in said), (at, reads, said)
    boot(board, Chip.hard_reset)
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

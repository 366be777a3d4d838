"""Power that goes at any moment of a boot, resets, crashes: the next boot has the switch back."""

from collections.abc import Callable

import client
import pytest
from deploy_rig import Files, Target, changed
from fault_rig import HOME, answers, boot, complaints, prompt_answers

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import EXCEPTION, SOFT_WATCHDOG, WATCHDOG, Chip
from tools.virtual_board.hardware.wlan import Air

CUTS = 6  # spread over the file operations of a boot


def at_each_read(chip: Chip, action: Callable[[int], None]) -> None:
    """Have action(n) called before the n-th read of the flash from now on."""
    read, count = chip.flash.read, 0

    def reading(address: int, length: int) -> bytes:
        nonlocal count
        count += 1
        action(count)
        return read(address, length)

    chip.flash.read = reading  # type: ignore[method-assign]


@pytest.fixture
def board(make_board: Callable[..., VirtualBoard]) -> VirtualBoard:
    """Not switched on yet, with files, of which a boot reads most."""
    return make_board(start=False, variant="generic", air=Air(HOME))


def reads_of_a_boot(board: VirtualBoard) -> int:
    """Boot, and count the reads that it takes. It writes nothing: no cut can spoil the flash."""
    counts = [0]
    board.do(lambda chip: at_each_read(chip, lambda n: counts.append(n)))
    writes = board.do(lambda chip: chip.flash.writes)
    boot(board)
    assert board.do(lambda chip: chip.flash.writes) == writes
    return counts[-1]


def break_off(
    board: VirtualBoard,
    start: Callable[[Chip], object],
    at: int,
    action: Callable[[Chip], object],
) -> None:
    """After `start` boot as far as the `at`-th read, then do `action`."""

    def reached(n: int) -> None:
        if n == at:
            # Not in the middle of a call of the VM's, which power_cut() would pull away.
            board.chip.loop.call_soon(lambda: (done.append(n), action(board.chip)))

    done: list[int] = []
    board.do(lambda chip: at_each_read(chip, reached))
    board.do(start)
    board.wait_for(lambda chip: bool(done))


def test_power_lost_at_any_file_operation_of_a_boot_leaves_a_board_that_boots(
    board: VirtualBoard,
) -> None:
    reads = reads_of_a_boot(board)
    assert reads > CUTS
    board.do(Chip.power_cut)
    for i in range(CUTS):
        break_off(board, Chip.power_on, reads * i // CUTS + 1, Chip.power_cut)
        assert not board.chip.powered
    boot(board)
    assert answers(board) is False  # nothing but a power cut puts the light out
    prompt_answers(board)
    assert {*complaints(board)} == {"boot: address 192.168.1.42", "switch: http://192.168.1.42/"}


def test_the_reset_button_at_any_file_operation_of_a_boot_leaves_the_light_as_it_was(
    board: VirtualBoard,
) -> None:
    reads = reads_of_a_boot(board)
    client.set_led(board.http, True)
    for i in range(CUTS):
        break_off(board, Chip.hard_reset, reads * i // CUTS + 1, Chip.hard_reset)
    boot(board, lambda chip: None)
    assert answers(board) is True


def crash(board: VirtualBoard, causes: tuple[int, ...]) -> None:
    for cause in causes:
        boot(board, lambda chip, cause=cause: chip.hard_reset(cause))


@pytest.mark.parametrize(
    ("causes", "why"),
    [
        ((EXCEPTION,) * 3, "crash by exception, 3 in a row"),
        ((EXCEPTION, WATCHDOG, SOFT_WATCHDOG), "crash by watchdog, 3 in a row"),
    ],
    ids=["exceptions", "mixed"],
)
def test_after_three_crashes_in_a_row_a_deploy_brings_the_switch_back(
    files: Files, make_target: Callable[..., Target], causes: tuple[int, ...], why: str
) -> None:
    target = make_target(files)
    board = target.board
    client.set_led(board.http, True)
    crash(board, causes[:2])
    assert board.do(lambda chip: chip.stack.listener(80)) is not None
    crash(board, causes[2:])
    assert why in complaints(board)[-1]
    assert board.do(lambda chip: chip.stack.listener(80)) is None
    assert board.do(lambda chip: chip.wlan.isconnected(0))
    prompt_answers(board)
    mended = changed(files, **{"main.py": files["/main.py"] + b"# mended\n"})
    assert target.deploy("HOST", mended)[0] == 0
    assert answers(board) is True


def test_a_served_request_between_crashes_keeps_the_switch_on(board: VirtualBoard) -> None:
    boot(board)
    client.set_led(board.http, True)
    for causes in ((EXCEPTION, EXCEPTION), (EXCEPTION,)):
        crash(board, causes)
        assert answers(board) is True

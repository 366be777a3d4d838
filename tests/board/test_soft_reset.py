"""A soft reset runs what is queued on the swept heap: nothing of ours may touch that.

What the board takes for a touch: tools/virtual_board/firmware/soft_reset.py.
"""

from collections.abc import Callable

import client
import pytest
from fault_rig import GET, boot, log_in

from tools.soak.measure import LISTENERS
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import EXCEPTION, POWER_ON, Chip
from tools.virtual_board.hardware.gpio import BUTTON

WEBREPL, PAGE = 1, 2  # the listeners' numbers, in the order in which they were made
PIN = 4


def soft_reset(board: VirtualBoard, then: Callable[[Chip], object]) -> None:
    """Ctrl-D at the prompt, and `then` before anything can run."""
    boots = board.chip.boots
    board.wait_for(lambda chip: chip.at_prompt and (chip.terminal.put(b"\4"), then(chip)))
    board.wait_for(lambda chip: chip.boots > boots)


def ran_through(board: VirtualBoard) -> bool:
    """Whether the last soft reset was one, and no crash."""
    return board.do(lambda chip: (chip.crashes, chip.cause)) == (0, POWER_ON)


@pytest.mark.parametrize("listener", [WEBREPL, PAGE])
def test_a_client_that_comes_at_a_soft_reset_crashes_nothing(
    board: VirtualBoard, listener: int
) -> None:
    soft_reset(board, lambda chip: chip.interrupt(listener))
    assert ran_through(board)


def test_a_client_that_is_there_at_a_soft_reset_crashes_nothing(board: VirtualBoard) -> None:
    with client.connect(board.http):
        board.wait_for(lambda chip: chip.stack.open_sockets > LISTENERS)
        soft_reset(board, lambda chip: None)
    assert ran_through(board)


@pytest.mark.parametrize("port", ["http", "webrepl"])
def test_a_client_that_never_closes_keeps_no_port_from_the_next_start(
    board: VirtualBoard, port: str
) -> None:
    with client.connect(getattr(board, port)) as sock:
        sock.sendall(GET)
        assert client.read_all(sock)  # until the board closes, and then it waits for us
        assert board.do(lambda chip: chip.stack.active_pcbs) == 1
        soft_reset(board, lambda chip: None)
        assert ran_through(board)
        board.wait_for(lambda chip: chip.stack.listener(80) is not None)
        board.wait_for(lambda chip: chip.stack.open_sockets == LISTENERS)
    assert client.led(board.http) is False
    log_in(board).close()


def test_what_a_webrepl_client_sends_at_a_soft_reset_crashes_nothing(board: VirtualBoard) -> None:
    session = log_in(board)
    soft_reset(board, lambda chip: chip.interrupt(chip.terminal.sock))
    assert ran_through(board)
    session.close()


def test_the_button_pressed_at_a_soft_reset_crashes_nothing_and_leaves_the_light(
    board: VirtualBoard,
) -> None:
    client.set_led(board.http, True)
    soft_reset(board, lambda chip: chip.gpio.drive_from_outside(BUTTON, 0))
    assert ran_through(board)
    assert client.led(board.http) is True


def test_in_safe_mode_a_client_that_comes_at_a_soft_reset_crashes_nothing(
    board: VirtualBoard,
) -> None:
    for _ in range(3):
        boot(board, lambda chip: chip.hard_reset(EXCEPTION))
    assert board.do(lambda chip: chip.stack.open_sockets) == 1
    soft_reset(board, lambda chip: [chip.interrupt(n) for n in range(10)])
    assert board.do(lambda chip: chip.crashes) == 0


@pytest.mark.parametrize(
    ("callback", "light"),
    [
        ("print('x')", True),
        ("pin.value()", False),
        ("time.ticks_ms()", True),
        ("machine.RTC().memory(b'')", False),
        ("micropython.schedule(print, 1)", True),
        ("open('boot.py')", False),
        ("bytes(40)", True),
        ("1 / 0", False),
    ],
)
def test_a_callback_of_the_users_that_does_more_crashes_the_board_and_leaves_the_light(
    board: VirtualBoard, callback: str, light: bool
) -> None:
    client.set_led(board.http, light)
    _handle(board, callback)
    soft_reset(board, lambda chip: chip.gpio.drive_from_outside(PIN, 0))
    assert board.do(lambda chip: (chip.crashes, chip.cause)) == (1, EXCEPTION)
    assert "crash: a callback used the swept heap" in board.console
    assert client.led(board.http) is light
    assert board.do(lambda chip: chip.gpio.led()) is light


def test_a_callback_of_the_users_that_only_asks_its_socket_crashes_nothing(
    board: VirtualBoard,
) -> None:
    _handle(board, "poll.ipoll(0)")
    soft_reset(board, lambda chip: chip.gpio.drive_from_outside(PIN, 0))
    assert ran_through(board)


def test_events_without_end_do_not_keep_what_is_typed_from_the_prompt(board: VirtualBoard) -> None:
    _handle(board, "time.ticks_ms()")

    def another(chip: Chip) -> Callable[[], int]:
        ticks = chip.clock.ticks_ms
        return lambda: (chip.interrupt(128 + PIN), ticks())[1]

    board.do(lambda chip: setattr(chip.clock, "ticks_ms", another(chip)))
    board.do(lambda chip: chip.interrupt(128 + PIN))
    mark = len(board.console)
    board.do(lambda chip: chip.terminal.put(b"6*7\r"))
    board.wait_for(lambda chip: b"\n42\r\n>>> " in board.printed_since(mark))


def _handle(board: VirtualBoard, callback: str) -> None:
    """Have an edge at the pin do that."""
    lines = (
        "import machine, micropython, select, socket, time",
        f"poll = select.poll(); poll.register(socket.socket()); pin = machine.Pin({PIN})",
        "x = list(poll.ipoll(0)); x = None",
        f"pin.irq(lambda _: {callback})",
    )
    mark = len(board.console)
    board.do(lambda chip: chip.terminal.put("\r".join((*lines, "6*7\r")).encode()))
    board.wait_for(lambda chip: b"\n42\r\n>>> " in board.printed_since(mark))

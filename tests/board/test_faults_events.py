"""Events that get lost, come in bursts or at an odd time: whoever waits is served all the same."""

import json

import client
import pytest
from fault_rig import GET, OFF, PUT, Victim, answers, connections

from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.clock import Clock
from tools.virtual_board.hardware.gpio import BUTTON

COMPUTES = (
    rb"""exec("try:\n print('g' + 'o')\n while 1: pass\nexcept KeyboardInterrupt: pass")""" + b"\r"
)


def lose(victim: Victim, count: int) -> None:
    victim.board.do(lambda chip: chip.lose_interrupts(count))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 8])
def test_a_client_whose_events_are_lost_is_served_with_the_next_one(
    victim: Victim, count: int
) -> None:
    with victim.suffers() as board, connections(board.http, 1) as (sock,):
        answers(board)
        lose(victim, count)
        sock.sendall(GET)
        with connections(board.http, count):
            board.wait_for(lambda chip: chip.to_lose == 0)
        assert answers(board) is True
        assert client.read_response(sock).startswith(b"HTTP/1.1 200 ")


def test_the_accept_queue_overrun_while_the_prompt_computes_refuses_some_and_ends_well(
    victim: Victim,
) -> None:
    with victim.suffers() as board:
        refused = board.do(lambda chip: chip.stack.refused)
        board.do(lambda chip: chip.terminal.put(COMPUTES))
        board.wait_for(lambda chip: board.console.endswith("\ngo\r\n"))
        with connections(board.http, 5):
            board.wait_for(lambda chip: chip.stack.refused > refused)
        board.do(lambda chip: chip.terminal.put(b"\x03"))


def at_the_wrap(chip: Chip, before: int) -> None:
    chip.clock.advance(Clock.PERIOD - chip.clock.ticks_ms() - before)


def test_a_request_in_whose_middle_the_clock_wraps_is_served(victim: Victim) -> None:
    with victim.suffers(after=False) as board:
        board.do(lambda chip: at_the_wrap(chip, 1000))
        with connections(board.http, 1) as (sock,):
            sock.sendall(PUT + OFF[:3])
            answers(board)
            board.do(lambda chip: chip.clock.advance(2000))
            sock.sendall(OFF[3:])
            assert client.read_response(sock).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("said", [b"", GET[:9]], ids=["silent", "half"])
def test_a_late_client_is_told_so_though_the_clock_wraps(victim: Victim, said: bytes) -> None:
    with victim.suffers() as board:
        board.do(lambda chip: at_the_wrap(chip, 1000))
        with connections(board.http, 1) as (sock,):
            sock.sendall(said)
            answers(board)
            board.do(lambda chip: chip.clock.advance(2000))
            answers(board)
            board.do(lambda chip: chip.clock.advance(2100))
            assert client.read_response(sock).startswith(b"HTTP/1.1 408 ")


def test_who_does_not_close_is_closed_though_the_clock_wraps(victim: Victim) -> None:
    with victim.suffers() as board:
        board.do(lambda chip: at_the_wrap(chip, 20))
        with connections(board.http, 1) as (sock,):
            sock.sendall(GET)
            assert client.read_all(sock).endswith(b'{"on": true}')


def test_the_uptime_goes_on_though_the_clock_wraps(victim: Victim) -> None:
    def uptime() -> int:
        return json.loads(client.request(victim.board.http, "GET", "/status")[1])["uptime_s"]

    with victim.suffers() as board:
        board.do(lambda chip: at_the_wrap(chip, 60_000))
        before = uptime()
        board.do(lambda chip: chip.clock.advance(120_000))
        assert 120 <= uptime() - before < 180


def test_a_press_whose_event_is_lost_switches_with_the_next_requests(victim: Victim) -> None:
    with victim.suffers(after=False) as board:
        before = answers(board)
        lose(victim, 1)
        board.do(lambda chip: chip.gpio.drive_from_outside(BUTTON, 0))
        board.wait_for(lambda chip: chip.to_lose == 0)
        for _ in range(20):
            board.do(lambda chip: chip.clock.advance(30))
            if answers(board) is not before:
                break
        assert answers(board) is not before
        board.do(lambda chip: chip.gpio.drive_from_outside(BUTTON, None))


def stop_clock(chip: Chip) -> None:
    now = chip.clock.ms()
    chip.clock.ms = lambda: now  # type: ignore[method-assign]


def test_contacts_that_bounce_between_requests_flip_once_a_press(victim: Victim) -> None:
    with victim.suffers(after=False) as board:
        for on in (False, True, False):
            for level in (0, 1):
                # Bouncing takes no time by the chip's clock, however long the requests take here.
                board.do(stop_clock)
                for edge in (level, 1 - level) * 2 + (level,):
                    # Not behind others in the queue, where it may be lost.
                    board.wait_for(lambda chip: chip.events_done)
                    board.do(lambda chip, edge=edge: chip.gpio.drive_from_outside(BUTTON, edge))
                    board.wait_for(lambda chip: chip.events_done)
                    answers(board)
                board.do(lambda chip: delattr(chip.clock, "ms"))
                board.do(lambda chip: chip.clock.advance(60))
            assert answers(board) is on
        board.do(lambda chip: chip.gpio.drive_from_outside(BUTTON, None))

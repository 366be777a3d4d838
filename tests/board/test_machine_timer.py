"""machine.Timer on the virtual board, and what it does to a board that it outlives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from network_rig import Programs, programs

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import EXCEPTION, Chip

SETUP = "import machine, time\ncalls = []\nt = machine.Timer(-1)\n"
STALE = "crash: a Timer that was armed before the soft reset has fired"


@pytest.fixture
def repl(tmp_path: Path) -> Iterator[Programs]:
    with programs(tmp_path, boot="") as board:
        board.run(SETUP)
        yield board


def typed(board: VirtualBoard, line: str) -> None:
    """At the prompt."""
    mark = len(board.console)
    board.do(lambda chip: chip.terminal.put(b"\x02" + line.encode() + b"\r6*7\r"))
    board.wait_for(lambda chip: b"\n42\r\n>>> " in board.printed_since(mark))


def soft_reset(board: VirtualBoard) -> None:
    boots = board.do(lambda chip: chip.boots)
    board.wait_for(lambda chip: chip.at_prompt and chip.terminal.put(b"\4") is not None)
    board.wait_for(lambda chip: chip.boots > boots)


@pytest.mark.parametrize("how", ["period=20", "freq=50", "period=20000, tick_hz=1000000"])
def test_periodic_timer_calls_until_it_is_deinitialised(repl: Programs, how: str) -> None:
    repl.run(f"t.init({how}, callback=calls.append)")
    repl.run("begin = time.ticks_ms()\nwhile len(calls) < 5: time.sleep_ms(1)")
    assert repl.value("time.ticks_diff(time.ticks_ms(), begin) >= 80, calls[0] is t") == (
        True,
        True,
    )
    repl.run("t.deinit(); n = len(calls); time.sleep_ms(100)")
    assert repl.value("len(calls) - n") == 0


def test_one_shot_timer_calls_once_and_can_be_used_again(repl: Programs) -> None:
    for n in (1, 2):
        repl.run("t.init(mode=t.ONE_SHOT, period=10, callback=calls.append)\ntime.sleep_ms(60)")
        assert repl.value("len(calls)") == n


def test_an_error_in_the_callback_is_printed_and_the_timer_goes_on(repl: Programs) -> None:
    said = repl.run(
        "t.init(period=200, callback=lambda t: 1 // 0)\ntime.sleep_ms(700)\nt.deinit()"
    )
    assert said.count("ZeroDivisionError") >= 2


def test_there_are_fifteen_timers_and_no_hard_ones(repl: Programs) -> None:
    repl.run("many = [machine.Timer(n) for n in range(16)]")
    repl.run("for each in many[:15]: each.init(callback=calls.append)")  # period: seven weeks
    assert repl.value("attempt(lambda: many[15].init(callback=calls.append))") == 12
    repl.run("many[0].deinit(); many[15].init(callback=calls.append)")
    refused = repl.run(
        "try:\n t.init(period=9, hard=True)\nexcept NotImplementedError as e:\n print(e)"
    )
    assert refused == "the virtual board has no Timer with hard=True"


@pytest.mark.parametrize("mode", ["ONE_SHOT", "PERIODIC"])
def test_timer_that_is_armed_at_a_soft_reset_crashes_the_board(repl: Programs, mode: str) -> None:
    board = repl.board
    typed(board, f"t.init(mode=t.{mode}, period=1000, callback=print)")
    soft_reset(board)
    board.wait_for(lambda chip: STALE in board.console and chip.at_prompt)
    assert board.do(lambda chip: (chip.crashes, chip.cause)) == (1, EXCEPTION)


def test_timer_that_was_deinitialised_or_reset_away_crashes_nothing(repl: Programs) -> None:
    board = repl.board
    typed(board, "t.init(period=150, callback=calls.append); t.deinit()")
    soft_reset(board)
    typed(board, f"exec({SETUP!r}); t.init(period=150, callback=calls.append)")
    boots = board.do(lambda chip: chip.boots)
    board.do(Chip.hard_reset)
    board.wait_for(lambda chip: chip.boots > boots)
    typed(board, "import time; time.sleep_ms(300)")
    assert board.do(lambda chip: chip.crashes) == 0

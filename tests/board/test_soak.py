"""`make soak`, short: nothing is lost and nobody turned away without a reason."""

import os
import subprocess
import sys

from broker_rig import needs_mosquitto
from tool_rig import ROOT

from tools.soak.measure import settle
from tools.virtual_board.board import VirtualBoard


def soak(count: str, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.soak"],
        cwd=ROOT,
        env={**os.environ, "COUNT": count, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
        check=False,
    )
    return done.returncode, done.stdout


def test_all_kinds_of_clients_a_session_and_a_deploy_leave_the_switch_as_it_was() -> None:
    status, shown = soak("300")
    assert status == 0, shown
    assert "all figures are as they should be" in shown


@needs_mosquitto
def test_a_broker_that_restarts_ten_times_meanwhile_takes_nothing_with_it() -> None:
    status, shown = soak("300", MQTT="1")
    assert status == 0, shown
    (broker,) = [line.split() for line in shown.splitlines() if line.startswith("broker")]
    assert broker[:3] == ["broker", "10", "10"]


def test_a_count_that_is_none_is_one_line() -> None:
    status, shown = soak("many")
    assert status == 1
    assert shown.count("\n") == 1 and "COUNT=many" in shown


def test_a_board_that_was_restarted_and_has_served_nobody_yet_is_measured(
    board: VirtualBoard,
) -> None:
    settle(board)

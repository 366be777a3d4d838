"""Two deploys to one board at once: the second is refused in one line, the first succeeds."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from deploy_rig import KINDS, Files, Target, before, old_and_new, variants
from mpremote.transport_serial import SerialTransport

from tools.board import session
from tools.deploy import owner
from tools.errors import UserError

Make = Callable[[Files | bytes], Target]
pytestmark = variants


@pytest.mark.parametrize("first, second", [KINDS, KINDS[::-1]])
def test_over_cable_and_wifi_the_second_is_refused_and_the_first_is_not_disturbed(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    monkeypatch.setattr(session, "_LISTEN", 2.0)  # a PC that is busy stretches the first's pauses
    old, new = old_and_new(files)
    target = make_target(old)
    refused: list[str] = []
    go, over = threading.Event(), threading.Event()

    def also() -> None:
        go.wait(60)
        try:
            target.deploy(second, old)
        except UserError as error:
            refused.append(str(error))
        over.set()

    other = threading.Thread(target=also)
    other.start()
    transports: list[SerialTransport] = []

    def work() -> None:  # on and on, until the other has looked
        go.set()
        while not over.is_set():
            transports[0].exec("pass")

    with before("commit", work):
        status, _ = target.deploy(first, new, transports.append)
    other.join()
    assert status == 0 and target.files() == new and target.serves()
    assert len(refused) == 1 and "\n" not in refused[0]
    assert "at work on this board; wait" in refused[0] or "another WebREPL client" in refused[0]


@pytest.mark.parametrize(
    "holder, held", [("lives", True), ("has died", False), ("elsewhere", True)]
)
def test_a_deploy_that_holds_the_board_is_waited_for_unless_it_has_died(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch, holder: str, held: bool
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    died = subprocess.Popen([sys.executable, "-c", ""])
    died.wait()
    number = {"lives": os.getppid(), "has died": died.pid, "elsewhere": died.pid}[holder]
    name = "another-pc" if holder == "elsewhere" else owner.socket.gethostname()
    note = f"import time; deploying = ['{name}:{number}', time.ticks_ms()]\r"
    target.board.do(lambda chip: chip.terminal.put(note.encode()))
    target.board.wait_for(lambda chip: "deploying = " in target.board.console)
    writes = target.writes()
    if held:
        with pytest.raises(UserError, match="another deploy to this board is under way; wait"):
            target.deploy("PORT", new)
        assert target.writes() == writes and target.serves()
        with monkeypatch.context() as later:
            later.setattr(owner, "_LONGEST", 0)
            assert target.deploy("PORT", new)[0] == 0
    else:
        assert target.deploy("PORT", new)[0] == 0
    assert target.files() == new

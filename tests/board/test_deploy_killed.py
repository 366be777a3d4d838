"""The deploying process killed, or its cable pulled, at every step: the board goes on serving."""

import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path

import client
import pytest
from deploy_rig import Files, Target, before, files_in, old_and_new, ways
from mpremote.transport_serial import SerialTransport
from tool_rig import Tool, copy_project, run, way

from tools.board import calls
from tools.errors import UserError
from tools.virtual_board.chip import Chip

Make = Callable[[Files | bytes], Target]


class Killed(BaseException):
    """The process is no more."""


class Writes:
    """Counts what a deploy writes to its transport, and calls before(count) each time.

    Where that raises Killed, half of it still gets through, and nothing any more after it.
    """

    def __init__(self, before: Callable[[int], object] = lambda count: None) -> None:
        self.count, self._before, self._killed = 0, before, False
        self._transports: list[SerialTransport] = []

    def __call__(self, transport: SerialTransport) -> None:
        self._transports.append(transport)
        really_write = transport.serial.write

        def write(data: bytes) -> int:
            if self._killed:
                raise Killed
            self.count += 1
            try:
                self._before(self.count)
            except Killed:
                self._killed = True
                really_write(data[: len(data) // 2])
                raise
            return really_write(data)

        transport.serial.write = write

    def bury(self) -> None:
        """Close what a killed process had open, as the operating system does."""
        for transport in self._transports:
            websocket = getattr(transport.serial, "_socket", None)
            with contextlib.suppress(OSError):
                (websocket.socket if websocket else transport.serial).close()


class Killing(Writes):
    """The process is killed in its second write after arm()."""

    def __init__(self) -> None:
        super().__init__(self._kill)
        self._left: int | None = None

    def arm(self) -> None:
        self._left = 2

    def _kill(self, _count: int) -> None:
        if self._left is not None:
            self._left -= 1
            if not self._left:
                raise Killed


@ways
def test_the_switch_goes_on_serving_whatever_is_sent_and_wherever_that_ends(
    files: Files, make_target: Make, kind: str
) -> None:
    # A process that is killed leaves the board as it is here before the next write. What the
    # flash holds then, and what the next boot makes of it, test_deploy_power.py walks.
    old, new = old_and_new(files)
    target = make_target(old)
    looks = Writes(lambda count: restarting or client.led(target.board.http))
    restarting = False

    def restart() -> None:
        nonlocal restarting
        restarting = True

    with before("restart", restart):
        assert target.deploy(kind, new, looks)[0] == 0
    assert looks.count > 50 and target.files() == new


@ways
def test_a_deploy_killed_in_any_step_is_done_again_without_touching_the_board(
    files: Files, make_target: Make, kind: str
) -> None:
    sets = itertools.cycle(old_and_new(files)[::-1])
    target = make_target(next(sets))
    for step in ("stage", "_verify", "commit", "finish", "restart"):
        killed, wanted = Killing(), next(sets)
        with before(step, killed.arm), pytest.raises(Killed):
            target.deploy(kind, wanted, killed)
        killed.bury()
        assert target.serves()
        assert target.deploy(kind, wanted)[0] == 0
        assert target.files() == wanted


@ways
def test_a_process_that_is_killed_outright_leaves_a_board_that_can_be_deployed_to(
    files: Files, make_target: Make, tmp_path: Path, kind: str
) -> None:
    target = make_target(files)
    project = copy_project(tmp_path / "project")
    with open(project / "main.py", "a") as f:
        f.write("# new\n" * 500)
    with Tool("deploy", project, **way(target.board, kind)) as tool:
        target.board.wait_for(lambda chip: chip.flash.writes > 10)
        tool.process.kill()
        tool.ended()
    assert target.serves()
    status, shown = run("deploy", project, **way(target.board, kind))
    assert status == 0, shown
    assert target.files()["/main.py"] == (project / "main.py").read_bytes()


@ways
@pytest.mark.parametrize("step", ["survey", "stage", "_verify", "commit", "finish"])
def test_a_lost_connection_is_one_line_and_the_next_deploy_goes_on_from_there(
    files: Files, make_target: Make, kind: str, step: str
) -> None:
    decided = step == "finish"
    old, new = old_and_new(files)
    target = make_target(old)
    before_it = target.flash_files()
    networks = target.board.chip.wlan.air.networks
    transports: list[SerialTransport] = []

    def lose(chip: Chip) -> None:
        if kind == "PORT":
            chip.uart.unplug()
        else:
            chip.wlan.air.networks = {}

    def find_again(chip: Chip) -> None:
        chip.uart.plug()
        chip.wlan.air.networks = networks

    with pytest.MonkeyPatch.context() as patch:

        def lost() -> None:
            target.board.do(lose)
            target.board.wait_for(lambda chip: kind == "PORT" or not chip.stack.link_up)
            # Nothing comes any more: patience, mpremote's and ours, would only take time.
            patch.setattr(calls, "_WORK", 0.3)
            patch.setattr(SerialTransport.read_until, "__defaults__", (0.3, None, None))
            transports[0].serial.timeout = 0.3

        with before(step, lost), pytest.raises(UserError, match="run the same command") as raised:
            target.deploy(kind, new, transports.append)
    assert "\n" not in str(raised.value)
    target.board.do(find_again)
    target.board.wait_for(lambda chip: chip.stack.link_up and chip.terminal.session is None)
    found, recorded = files_in(target.flash())
    assert target.serves() and found == before_it and recorded is decided
    status, lines = target.deploy(kind, new)
    assert status == 0 and any("cut off" in line for line in lines) is decided
    assert target.files() == new

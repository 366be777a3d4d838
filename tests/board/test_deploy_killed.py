"""The deploying process killed, or its cable pulled, at every step: the board goes on serving."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from deploy_rig import KINDS, Files, Target, files_in, old_and_new
from mpremote.transport_serial import SerialTransport
from tool_rig import Tool, copy_project, run, way

from tools.board import connection, wire
from tools.board.webrepl import Busy
from tools.deploy.steps import Deploy
from tools.errors import UserError
from tools.virtual_board.chip import Chip

Make = Callable[[Files | bytes], Target]
kinds = pytest.mark.parametrize("kind", KINDS)


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


def kill_at(last: int) -> Writes:
    """The process is killed in its `last`th write."""

    def before(count: int) -> None:
        if count == last:
            raise Killed

    return Writes(before)


@kinds
def test_after_whatever_is_sent_the_board_serves_and_has_the_old_set_or_a_record(
    files: Files, make_target: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process that is killed leaves the board as it is here before the next write; what a record
    # leads to, and a cut in the middle of what the board does, test_deploy_power.py has.
    old, new = old_and_new(files)
    target = make_target(old)
    seen: list[str] = []
    looked = -1

    def look(_count: int) -> None:
        nonlocal looked
        if "restart" in seen:
            return
        assert target.serves()
        if target.writes() != looked:
            looked = target.writes()
            found, recorded = files_in(target.flash())
            assert recorded or found in (old, new)
            seen.append("recorded" if recorded else "old" if found == old else "new")

    def restart(job: Deploy) -> None:
        look(0)
        seen.append("restart")
        really_restart(job)

    really_restart = Deploy.restart
    monkeypatch.setattr(Deploy, "restart", restart)
    assert target.deploy(kind, new, Writes(look))[0] == 0
    assert list(dict.fromkeys(seen)) == ["old", "recorded", "new", "restart"]


@kinds
def test_a_killed_deploy_is_done_again_without_touching_the_board(
    files: Files, make_target: Make, kind: str
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    uncut = Writes()
    target.deploy(kind, new, uncut)
    for part, wanted in ((0, old), (30, new), (70, old), (95, new)):
        killed = kill_at(uncut.count * part // 100 + 2)
        with pytest.raises(Killed):
            target.deploy(kind, wanted, killed)
        killed.bury()
        assert target.serves()
        assert target.deploy(kind, wanted)[0] == 0
        assert target.files() == wanted


@kinds
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


@kinds
def test_a_lost_connection_is_one_line_and_the_board_goes_on_with_the_old_set(
    files: Files, make_target: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    # mpremote's patience and ours, which are 10 s
    monkeypatch.setattr(connection, "_ANSWER", 2)
    monkeypatch.setattr(wire, "_TIMEOUT", 2)
    monkeypatch.setattr(SerialTransport.read_until, "__defaults__", (2, None, None))
    monkeypatch.setattr(SerialTransport.exec_raw, "__defaults__", (2, None))
    networks = target.board.chip.wlan.air.networks

    def lose(chip: Chip) -> None:
        if kind == "PORT":
            chip.uart.unplug()
        else:
            chip.wlan.air.networks = {}

    def find_again(chip: Chip) -> None:
        chip.uart.plug()
        chip.wlan.air.networks = networks

    def at_the_50th(count: int) -> None:
        if count == 50:
            target.board.do(lose)

    with pytest.raises(UserError, match="run the same command again") as raised:
        target.deploy(kind, new, Writes(at_the_50th))
    assert "\n" not in str(raised.value)
    target.board.do(find_again)
    target.board.wait_for(lambda chip: chip.stack.link_up)
    assert target.serves() and target.files() == old
    while True:
        try:
            assert target.deploy(kind, new)[0] == 0
            break
        except Busy:  # until the end of the last session has come through
            continue
    assert target.files() == new

"""The deploying process killed, or its cable pulled, at every step: the board goes on serving."""

import contextlib
from collections.abc import Callable

import pytest
from deploy_rig import KINDS, Files, Target, files_in, old_and_new
from mpremote.transport_serial import SerialTransport

from tools.deploy.steps import Deploy


class Killed(BaseException):
    """The process is no more."""


class Killer:
    """Counts what a deploy writes to its transport; at the `last`th one, half of which still gets
    through, the process is killed. before() is called before each.
    """

    def __init__(self, last: int = 1 << 30, before: Callable[[], object] = lambda: None) -> None:
        self.count, self._last, self._before = 0, last, before
        self._transports: list[SerialTransport] = []

    def __call__(self, transport: SerialTransport) -> None:
        self._transports.append(transport)
        really_write = transport.serial.write

        def write(data: bytes) -> int:
            self.count += 1
            if self.count > self._last:
                raise Killed
            if self.count == self._last:
                really_write(data[: len(data) // 2])
                raise Killed
            self._before()
            return really_write(data)

        transport.serial.write = write

    def bury(self) -> None:
        """Close what it had open, as the operating system does."""
        for transport in self._transports:
            websocket = getattr(transport.serial, "_socket", None)
            with contextlib.suppress(OSError):
                (websocket.socket if websocket else transport.serial).close()


@pytest.mark.parametrize("kind", KINDS)
def test_after_everything_that_is_sent_the_board_serves_and_has_the_old_set_or_a_record(
    files: Files, make_target: Callable[..., Target], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    seen: list[str] = []
    looked = -1

    def look() -> None:
        nonlocal looked
        if "restarted" in seen:
            return
        assert target.serves()
        if target.writes() != looked:
            looked = target.writes()
            found, recorded = files_in(target.flash())
            seen.append("recorded" if recorded else "old" if found == old else "new")
            assert recorded or found in (old, new)

    def restart(job: Deploy) -> None:
        look()
        seen.append("restarted")
        really_restart(job)

    really_restart = Deploy.restart
    monkeypatch.setattr(Deploy, "restart", restart)
    killer = Killer(before=look)
    import time

    t = time.time()
    assert target.deploy(kind, new, killer)[0] == 0
    print(killer.count, time.time() - t, seen)
    stages = list(dict.fromkeys(seen))
    assert [s for s in stages if s != "recorded"] == ["old", "new", "restarted"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_deploy_is_done_again_without_touching_the_board(
    files: Files, make_target: Callable[..., Target], kind: str
) -> None:
    import time

    old, new = old_and_new(files)
    target = make_target(old)
    uncut = Killer()
    t = time.time()
    target.deploy(kind, new, uncut)
    print("uncut", time.time() - t)
    sets = [old, new]
    for i in range(5):
        killer = Killer(uncut.count * i // 5 + 2)
        t = time.time()
        with pytest.raises(Killed):
            target.deploy(kind, sets[i % 2], killer)
        killer.bury()
        print("kill", time.time() - t)
        assert target.serves()
        t = time.time()
        assert target.deploy(kind, sets[i % 2])[0] == 0
        print("again", time.time() - t)
        assert target.files() == sets[i % 2]

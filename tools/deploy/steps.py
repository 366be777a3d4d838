"""A deploy, step by step, on an open board: survey, stage, record, finish, restart.

Until the record is written the board keeps its old files; from then on it gets the new ones,
whatever is cut when: boot.py finishes what was recorded.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
from collections.abc import Callable
from pathlib import Path

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.board import connection
from tools.deploy import on_board
from tools.deploy.plan import Plan, candidates, make
from tools.errors import UserError

MPY_VERSION = 6  # of what mpy-cross 1.29 makes
_BLOCK = 4096
_SPARE = 8  # blocks for the directories, which LittleFS writes anew before it drops the old
_FINISH = (Path(__file__).parent / "finish.py").read_bytes()


class Deploy:
    """`wanted` are the files to be on `board`, which is in its raw REPL; `progress(text)` is told
    what goes on.
    """

    def __init__(
        self, board: SerialTransport, wanted: dict[str, bytes], progress: Callable[[str], None]
    ) -> None:
        self._board, self._wanted, self._progress = board, wanted, progress
        self._survey: dict = {}

    def survey(self) -> Plan:
        """Ask the board what it holds, in one round trip, and plan.

        UserError where it cannot have what is wanted.
        """
        found = self._run(on_board.survey, candidates(self._wanted))
        assert isinstance(found, dict)
        self._survey = found
        compiled = any(path.endswith(".mpy") for path in self._wanted)
        if compiled and found["mpy"] != MPY_VERSION:
            raise UserError(
                f"the board's firmware takes .mpy version {found['mpy']}, this bundle has "
                f"{MPY_VERSION}",
                "flash MicroPython 1.23 or later with `make flash`, or deploy with SOURCE=1",
            )
        if in_the_way := sorted({*found["blocked"]} & {*self._wanted}):
            raise UserError(
                f"{in_the_way[0]} cannot be written: on the board there is a folder of that name, "
                "or a file in place of its folder",
                "remove that: `make repl`, then os.remove or os.rmdir",
            )
        return make(self._wanted, found["hashes"], found["manifest"])

    @property
    def unfinished(self) -> bool:
        """True where an earlier deploy was recorded and not finished."""
        return bool(self._survey["pending"])

    def apply(self, plan: Plan) -> None:
        """Make the board's files as planned; by a new plan where an earlier deploy has to be
        finished first. They are in use after a restart.
        """
        if self.unfinished:
            self.finish()
            plan = self.survey()
        if not plan.empty:
            self.record(self.stage(plan))
            self.finish()

    def stage(self, plan: Plan) -> list[str]:
        """Upload what is planned to /.deploy/ and verify it there; the record's lines.

        The old files stay in use. UserError where there is no room.
        """
        uploads = {str(n): self._wanted[path] for n, path in enumerate(plan.uploads)}
        uploads["finish.py"] = _FINISH
        free = self._run(on_board.prepare)
        needed = _BLOCK * (_SPARE + sum(-(-len(x) // _BLOCK) for x in uploads.values()))
        if needed > free:
            raise UserError(
                f"the board's flash is full: {needed} bytes needed, {free} free",
                "remove files of yours: `make repl`, then os.remove",
            )
        try:
            for number, (name, content) in enumerate(uploads.items(), 1):
                self._progress(f"uploading {number} of {len(uploads)}")
                self._board.fs_writefile(f"/.deploy/{name}", content)
        except TransportExecError:
            with contextlib.suppress(TransportError):
                self._run(on_board.prepare)  # give the flash back: it may be what was full
            raise
        self._verify(uploads)
        lines = [f"{number} {path}" for number, path in enumerate(plan.uploads)]
        return lines + [f"- {path}" for path in plan.removed]

    def _run(self, function: Callable, *arguments: object) -> object:
        return connection.run(self._board, function, *arguments)

    def _verify(self, uploads: dict[str, bytes]) -> None:
        found = self._run(on_board.survey, [f"/.deploy/{name}" for name in uploads], "")
        assert isinstance(found, dict)
        for name, content in uploads.items():
            if found["hashes"].get(f"/.deploy/{name}") != hashlib.sha256(content).hexdigest():
                # Over WebREPL, also where the board could not write it: the firmware says nothing.
                self._run(on_board.prepare)
                raise UserError(
                    "what arrived on the board is not what was sent",
                    "run the same command again; if that does not help, the flash is full or worn",
                )

    def record(self, lines: list[str]) -> None:
        """The step that decides: before it the old set, after it the new."""
        self._run(on_board.record, "".join(f"{line}\n" for line in lines))

    def finish(self) -> None:
        """Carry out the record that is on the board."""
        self._run(on_board.finish)

    def restart(self) -> None:
        """Reset the board; the transport is of no use afterwards."""
        source = inspect.getsource(on_board.restart)
        self._board.exec_raw_no_follow(f"{source}\nrestart()")
        self._board.in_raw_repl = False

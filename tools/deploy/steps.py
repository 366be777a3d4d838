"""A deploy, step by step, on an open board: survey, stage, commit, finish, restart.

Until the commit marker is written the board keeps its old files. From then on it gets the new
ones, whatever is interrupted: boot.py finishes what was committed.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools import rom
from tools.board import calls, restart
from tools.board.explain import explained
from tools.deploy import on_board, on_rom, owner
from tools.deploy.clear import clear
from tools.deploy.plan import MANIFEST, Plan
from tools.deploy.survey import hashes, survey
from tools.errors import UserError

MPY_VERSION = 6  # of what mpy-cross 1.29 makes
_BLOCK = 4096
_SPARE = 8  # blocks for the directories, which LittleFS writes anew before it drops the old
# What may pass: no memory, or flash that is full (28; LittleFS says 36 of a name) or fails (5).
_PASSES = r"MemoryError|\b(5|12|28|36)\b[^\n]*\s*$"
_FINISH = (Path(__file__).parent / "finish.py").read_bytes()


class Deploy:
    """`wanted` are the files to be on `board`, which is in its raw REPL; `progress(text)` is told
    what goes on. `with_trial`: the files that are replaced are kept until confirmed. `on_top`: on
    firmware with ROMFS, changed modules lie on top of the image.
    """

    def __init__(
        self,
        board: SerialTransport,
        wanted: dict[str, bytes],
        progress: Callable[[str], None],
        with_trial: bool = False,
        on_top: bool = False,
    ) -> None:
        self._board, self._wanted, self._progress = board, wanted, progress
        self._pending, self._readable, self._on_top = False, True, on_top
        self._with_trial, self._trial = with_trial, False
        self._last: object = None  # who held the board before us
        self.damage: list[str] = []  # what of the last deploy's record cannot be read, a line each

    def survey(self) -> Plan:
        """Ask the board what it holds, by one look at its files, and plan.

        UserError where it cannot have what is wanted.
        """
        found = survey(self._board, self._wanted, self._on_top)
        self._steps, self._files, self._rom = found.steps, found.files, found.rom
        # There is a way back where something of ours was there before.
        known = found.readable and MANIFEST not in found.steps.new
        self._trial = self._with_trial and known
        self._pending = found.pending
        self._readable = found.readable
        if not found.readable:
            self.damage = ["the board's list of what was deployed is damaged: it is made anew"]
        compiled = any(path.endswith(".mpy") for path in self._wanted)
        if compiled and found.mpy != MPY_VERSION:
            raise UserError(
                f"the board's firmware takes .mpy version {found.mpy}, this bundle has "
                f"{MPY_VERSION}",
                "flash MicroPython 1.23 or later with `make flash`",
            )
        if found.blocked:
            raise UserError(
                f"{min(found.blocked)} cannot be written: on the board there is a folder of that "
                "name, or a file in place of its folder",
                "remove that: `make repl`, then os.remove or os.rmdir",
            )
        return found.plan

    @property
    def unfinished(self) -> bool:
        """True where an earlier deploy was committed and not finished."""
        return self._pending

    @property
    def changes(self) -> bool:
        """True where there is something to do."""
        return self._pending or not self._steps.empty

    def apply(self) -> None:
        """Make the board's files as planned; by a new plan where an earlier deploy has to be
        finished first. They are in use after a restart.
        """
        if self.unfinished:
            self._finish_the_last()
            self.survey()
        if self.changes:
            self.stage()
            self.commit()
            self.finish()

    def _finish_the_last(self) -> None:
        try:
            self.finish()
        except TransportExecError as error:
            if re.search(_PASSES, error.error_output):
                raise
            # It can never be finished. All that it brought along goes; what it put in place
            # already shows in the next survey.
            self._progress("the deploy that was cut off is damaged: it is set aside")
            clear(self._board, self._readable)

    def lock(self) -> None:
        """Have the board to ourselves, until it restarts or unlock(). UserError if somebody else
        is deploying to it.
        """
        self._last = calls.run(self._board, on_board.lock, owner.me())
        if isinstance(self._last, list) and owner.is_deploying(*self._last):
            self.unlock()
            raise UserError(
                f"{self._board.device_name}: another deploy to this board is under way",
                "wait until that has ended, then run the same command again",
            )

    def unlock(self) -> None:
        """Undo lock()."""
        with explained(self._board.device_name):
            calls.run(self._board, on_board.unlock, self._last)

    def stage(self) -> None:
        """Upload what is planned, and the commit marker of it, to /.deploy/ and verify it there.

        The old files stay in use. UserError where there is no room.
        """
        plan = self._steps
        uploads = {str(n): self._files[path] for n, path in enumerate(plan.uploads)}
        steps = [f"{number} {path}\n" for number, path in enumerate(plan.uploads)]
        steps += [f"- {path}\n" for path in plan.removed]
        uploads |= {"finish.py": _FINISH, "commit.new": "".join(steps).encode()}
        kept = {}
        if self._trial:
            kept = {path: f"o{n}" for n, path in enumerate((*plan.changed, *plan.removed))}
            back = [f"{name} {path}\n" for path, name in kept.items()]
            back += [f"- {path}\n" for path in plan.new]
            uploads["undo.new"] = "".join(back).encode()
        free = clear(self._board, self._readable)
        blocks = _SPARE + len(kept) + sum(-(-len(x) // _BLOCK) for x in uploads.values())
        needed = _BLOCK * blocks
        if needed > free:
            raise UserError(
                f"the board's flash is full: {needed} bytes needed, {free} free",
                "remove files of yours: `make repl`, then os.remove",
            )
        try:
            for number, (name, content) in enumerate(uploads.items(), 1):
                self._progress(f"uploading {number} of {len(uploads)}")
                self._board.fs_writefile(f"/.deploy/{name}", content)
            for old in kept.items():
                self._progress("keeping what is replaced")
                calls.lines(self._board, on_board.keep, old)
            if self._rom and rom.RECORD in plan.uploads:
                on_rom.write(self._board, self._rom, self._progress)
        except TransportExecError:
            with contextlib.suppress(TransportError):
                clear(self._board, self._readable)  # give the flash back: it may be what was full
            raise
        self._verify(uploads)

    def _run(self, function: Callable) -> object:
        return calls.run(self._board, function)

    def _verify(self, uploads: dict[str, bytes]) -> None:
        found, _ = hashes(self._board, [f"/.deploy/{name}" for name in uploads])
        for name, content in uploads.items():
            if found.get(f"/.deploy/{name}") != hashlib.sha256(content).hexdigest():
                # Over WebREPL, also where the board could not write it: the firmware says nothing.
                clear(self._board, self._readable)
                raise UserError(
                    "what arrived on the board is not what was sent",
                    "run the same command again; if that does not help, the flash is full or worn",
                )

    def commit(self) -> None:
        """The step that decides: before it the old set, after it the new."""
        self._run(on_board.write_marker)

    def finish(self) -> None:
        """Carry out the commit marker that is on the board."""
        self._run(on_board.finish)

    def restart(self, soft: bool = False) -> None:
        """Reset the board, or only its Python; the transport is of no use afterwards."""
        if soft:
            restart.soft_reset(self._board)
        else:
            restart.hard_reset(self._board)

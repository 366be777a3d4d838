"""A deploy, step by step, on an open board: survey, stage, commit, finish, restart.

Until the commit marker is written the board keeps its old files. From then on it gets the new
ones, whatever is interrupted: boot.py finishes what was committed.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.board import connection
from tools.deploy import on_board
from tools.deploy.plan import Plan, candidates, grouped, make
from tools.errors import UserError

MPY_VERSION = 6  # of what mpy-cross 1.29 makes
_BLOCK = 4096
_SPARE = 8  # blocks for the directories, which LittleFS writes anew before it drops the old
_ENOENT, _BLOCKED = "2", ("20", "21")  # ENOTDIR: a file is in place of a folder; EISDIR
_GROUPS = 8  # of names in one program, which is compiled on the board
_FINISH = (Path(__file__).parent / "finish.py").read_bytes()


def hashes(board: SerialTransport, paths: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """(SHA-256 in hex of each of these files on the board, paths with something in their way)."""
    groups, found, blocked = grouped(paths), {}, []
    for i in range(0, len(groups), _GROUPS):
        for line in connection.lines(board, on_board.hashes, *groups[i : i + _GROUPS]):
            digest, path = line.split(" ", 1)
            if digest in _BLOCKED:
                blocked.append(path)
            elif len(digest) == 64:
                found[path] = digest
            elif digest != _ENOENT:
                raise TransportExecError("", f"OSError: {digest}")
    return found, blocked


class Survey(NamedTuple):
    """What a board holds: the version of .mpy files that its firmware takes, whether a deploy was
    committed and not finished, paths with something in their way, and what a deploy would change.
    """

    mpy: int
    pending: bool
    blocked: list[str]
    plan: Plan


def survey(board: SerialTransport, wanted: dict[str, bytes]) -> Survey:
    """Look at `board`, where `wanted` are to be, and which is in its raw REPL."""
    answer = connection.run(board, on_board.survey)
    assert isinstance(answer, list)
    mpy, pending = answer
    listed = connection.lines(board, on_board.listed)
    found, blocked = hashes(board, candidates(wanted))
    plan = make(wanted, {**dict.fromkeys(listed, ""), **found}, listed)
    return Survey(mpy, pending, blocked, plan)


class Deploy:
    """`wanted` are the files to be on `board`, which is in its raw REPL; `progress(text)` is told
    what goes on.
    """

    def __init__(
        self, board: SerialTransport, wanted: dict[str, bytes], progress: Callable[[str], None]
    ) -> None:
        self._board, self._wanted, self._progress = board, wanted, progress
        self._pending = False

    def survey(self) -> Plan:
        """Ask the board what it holds, by one look at its files, and plan.

        UserError where it cannot have what is wanted.
        """
        found = survey(self._board, self._wanted)
        self._pending = found.pending
        compiled = any(path.endswith(".mpy") for path in self._wanted)
        if compiled and found.mpy != MPY_VERSION:
            raise UserError(
                f"the board's firmware takes .mpy version {found.mpy}, this bundle has "
                f"{MPY_VERSION}",
                "flash MicroPython 1.23 or later with `make flash`",
            )
        if in_the_way := sorted({*found.blocked} & {*self._wanted}):
            raise UserError(
                f"{in_the_way[0]} cannot be written: on the board there is a folder of that name, "
                "or a file in place of its folder",
                "remove that: `make repl`, then os.remove or os.rmdir",
            )
        return found.plan

    @property
    def unfinished(self) -> bool:
        """True where an earlier deploy was committed and not finished."""
        return self._pending

    def apply(self, plan: Plan) -> None:
        """Make the board's files as planned; by a new plan where an earlier deploy has to be
        finished first. They are in use after a restart.
        """
        if self.unfinished:
            self.finish()
            plan = self.survey()
        if not plan.empty:
            self.stage(plan)
            self.commit()
            self.finish()

    def stage(self, plan: Plan) -> None:
        """Upload what is planned, and the commit marker of it, to /.deploy/ and verify it there.

        The old files stay in use. UserError where there is no room.
        """
        uploads = {str(n): self._wanted[path] for n, path in enumerate(plan.uploads)}
        steps = [f"{number} {path}\n" for number, path in enumerate(plan.uploads)]
        steps += [f"- {path}\n" for path in plan.removed]
        uploads |= {"finish.py": _FINISH, "commit.new": "".join(steps).encode()}
        free = self._run(on_board.prepare)
        assert isinstance(free, int)
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

    def _run(self, function: Callable) -> object:
        return connection.run(self._board, function)

    def _verify(self, uploads: dict[str, bytes]) -> None:
        found, _ = hashes(self._board, [f"/.deploy/{name}" for name in uploads])
        for name, content in uploads.items():
            if found.get(f"/.deploy/{name}") != hashlib.sha256(content).hexdigest():
                # Over WebREPL, also where the board could not write it: the firmware says nothing.
                self._run(on_board.prepare)
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

    def restart(self) -> None:
        """Reset the board; the transport is of no use afterwards."""
        source = inspect.getsource(on_board.restart)
        self._board.exec_raw_no_follow(f"{source}\nrestart()")
        self._board.in_raw_repl = False

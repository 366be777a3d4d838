"""A deploy, step by step, on an open board: survey, stage, verify, record, finish, restart.

Until the record is written the board keeps its old files; from then on it gets the new ones,
whatever is cut when: boot.py finishes what was recorded.
"""

from __future__ import annotations

import base64
import hashlib
import inspect
from collections.abc import Callable

from mpremote.transport_serial import SerialTransport

from tools.board import connection
from tools.build import ROOT
from tools.deploy import on_board
from tools.deploy.plan import MANIFEST, Plan, candidates, make, manifest
from tools.errors import UserError

MPY_VERSION = 6  # of what mpy-cross 1.29 makes
_CHUNK = 768  # bytes: 1024 characters of base64, which the board's parser can hold
_BLOCK = 4096
_COMMIT = (ROOT / "device" / "commit.py").read_text()


class Deploy:
    """`wanted` are the files to be on `board`; `progress(text)` is told what goes on."""

    def __init__(
        self, board: SerialTransport, wanted: dict[str, bytes], progress: Callable[[str], None]
    ) -> None:
        self._board, self._wanted, self._progress = board, wanted, progress
        self._survey: dict = {}

    def _run(self, function: Callable, *arguments: object) -> object:
        source = inspect.getsource(function)
        return connection.call(self._board, source, function.__name__, *arguments)

    def survey(self) -> Plan:
        """Ask the board what it holds, in one round trip, and plan. UserError: wrong firmware."""
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
        return make(self._wanted, found["hashes"], found["manifest"])

    @property
    def unfinished(self) -> bool:
        """True where an earlier deploy was recorded and not finished."""
        return bool(self._survey["pending"])

    @property
    def manifest_differs(self) -> bool:
        """True where the board's manifest does not list the wanted files."""
        return self._survey["manifest"] != sorted(self._wanted)

    def finish(self) -> None:
        """Carry out the record that is on the board."""
        connection.call(self._board, _COMMIT, "finish")

    def stage(self, plan: Plan) -> list[str]:
        """Upload what is planned to /.deploy/; the record's lines. The old files stay in use."""
        uploads = {path: self._wanted[path] for path in plan.uploads}
        uploads[MANIFEST] = manifest(self._wanted)
        needed = sum(len(content) // _BLOCK + 1 for content in uploads.values()) * _BLOCK
        if needed > self._survey["free"]:
            raise UserError(
                f"the board's flash is full: {needed} bytes needed, {self._survey['free']} free",
                "remove files of yours: `make repl`, then os.remove",
            )
        self._run(on_board.clear_staging)
        for number, (path, content) in enumerate(uploads.items()):
            self._progress(f"{path[1:]} ({number + 1} of {len(uploads)})")
            self._upload(str(number), content)
        self._verify(list(uploads.values()))
        lines = [f"{number} {path}" for number, path in enumerate(uploads)]
        return [*lines[:-1], *(f"- {path}" for path in plan.removed), lines[-1]]

    def _upload(self, name: str, content: bytes) -> None:
        self._run(on_board.receive, name)
        for i in range(0, len(content), _CHUNK):
            self._board.exec(f"put({base64.b64encode(content[i : i + _CHUNK])!r})")
        self._board.exec("end()")

    def _verify(self, contents: list[bytes]) -> None:
        names = [f"/.deploy/{number}" for number in range(len(contents))]
        found = self._run(on_board.survey, names)
        assert isinstance(found, dict)
        for name, content in zip(names, contents):
            if found["hashes"].get(name) != hashlib.sha256(content).hexdigest():
                raise UserError(
                    "what arrived on the board is not what was sent", "run the same command again"
                )

    def record(self, lines: list[str]) -> None:
        """The step that decides: before it the old set, after it the new."""
        self._run(on_board.record, "".join(f"{line}\n" for line in lines))

    def restart(self) -> None:
        """Reset the board; the transport is of no use afterwards."""
        source = inspect.getsource(on_board.restart)
        self._board.exec_raw_no_follow(f"{source}\nrestart()")

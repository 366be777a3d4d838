"""Machine instructions of a server, counted by valgrind's callgrind."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools.bench.server import Server
from tools.errors import UserError

_PATIENCE = 30  # s, for a dump


def check() -> None:
    """Raise UserError if there is no valgrind."""
    if not shutil.which("valgrind") or not shutil.which("vgdb"):
        raise UserError("valgrind is missing", "install it (Debian: apt install valgrind)")


class Counted:
    """One of the servers under callgrind; a context manager."""

    def __init__(self, tree: Path, name: str) -> None:
        check()
        self._folder = tempfile.TemporaryDirectory()
        self._dumps = 0
        self._out = Path(self._folder.name, "out")
        # Without address randomization: dictionaries of objects are ordered by address.
        before = ["setarch", "-R", "valgrind", "--quiet", "--tool=callgrind"]
        before.append(f"--callgrind-out-file={self._out}")
        self.server = Server(tree, name, "instructions", before)

    def _dump(self) -> int:
        # The instructions since the dump before.
        command = ["vgdb", f"--pid={self.server.pid}", "dump"]
        try:
            subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=True)
            self._dumps += 1
            dump = self._out.with_name(f"out.{self._dumps}").read_text()
        except (OSError, subprocess.SubprocessError) as error:
            raise UserError(
                f"callgrind gives no counts ({error})",
                "allow ptrace of one's own processes, which its vgdb needs",
            ) from None
        return int(re.findall(r"^totals: (\d+)", dump, re.MULTILINE)[-1])

    def each(self, act: Callable[[int], None], few: int, many: int) -> float:
        """Instructions that one act takes: by the difference between `many` and `few` of them.

        `act(times)` does it that often; what it does once beside that falls out.
        """
        counts = []
        self._dump()
        for times in (few, many):
            act(times)
            counts.append(self._dump())
        return (counts[1] - counts[0]) / (many - few)

    def __enter__(self) -> Counted:
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.kill()
        self._folder.cleanup()

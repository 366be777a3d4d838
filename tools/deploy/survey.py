"""What a board holds, by one look at its files, and what a deploy would change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mpremote.transport import TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.board import calls
from tools.deploy import on_board
from tools.deploy.plan import MANIFEST, Plan, candidates, grouped, listed_in, make

_ENOENT, _BLOCKED = "2", ("20", "21")  # ENOTDIR: a file is in place of a folder; EISDIR
_GROUPS = 8  # of names in one program, which is compiled on the board


def hashes(board: SerialTransport, paths: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """(SHA-256 in hex of each of these files on the board, paths with something in their way)."""
    groups, found, blocked = grouped(paths), {}, []
    for i in range(0, len(groups), _GROUPS):
        for line in calls.lines(board, on_board.hashes, *groups[i : i + _GROUPS]):
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
    committed and not finished, whether its manifest can be read, paths with something in their
    way, and what a deploy would change.
    """

    mpy: int
    pending: bool
    readable: bool
    blocked: list[str]
    plan: Plan


def survey(board: SerialTransport, wanted: dict[str, str]) -> Survey:
    """Look at `board`, where `wanted`, path -> SHA-256 in hex, is to be; it is in its raw REPL."""
    answer = calls.run(board, on_board.survey)
    assert isinstance(answer, list)
    mpy, pending = answer
    manifest = bytes.fromhex("".join(calls.lines(board, on_board.manifest)))
    listed = listed_in(manifest) if manifest else []
    found, blocked = hashes(board, {*candidates(wanted), *(listed or [])})
    readable = listed is not None and MANIFEST not in blocked
    plan = make(wanted, found, listed or [], blocked)
    blocked = [path for path in blocked if path in wanted and path != MANIFEST]
    return Survey(mpy, pending, readable, blocked, plan)

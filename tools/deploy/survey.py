"""What a board holds, by one look at its files, and what a deploy would change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mpremote.transport import TransportExecError
from mpremote.transport_serial import SerialTransport

from tools import rom
from tools.board import calls
from tools.deploy import fit, on_board_survey, on_rom
from tools.deploy.plan import MANIFEST, Plan, candidates, digests, grouped, listed_in, make
from tools.settings import CONFIG

_ENOENT, _BLOCKED = "2", ("20", "21")  # ENOTDIR: a file is in place of a folder; EISDIR
_GROUPS = 8  # of names in one program, which is compiled on the board
_EDITS = 4  # modules that lie on top of an image at most


def hashes(board: SerialTransport, paths: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """(SHA-256 in hex of each of these files on the board, paths with something in their way)."""
    groups, found, blocked = grouped(paths), {}, []
    for i in range(0, len(groups), _GROUPS):
        for line in calls.lines(board, on_board_survey.hashes, *groups[i : i + _GROUPS]):
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
    committed and not finished, whether its manifest can be read, and paths with something in their
    way. `plan` is what a deploy would change, for people; `steps` what it does to `files`, path ->
    content; `rom` is None where the firmware has no ROMFS.
    """

    mpy: int
    pending: bool
    readable: bool
    blocked: list[str]
    plan: Plan
    steps: Plan
    files: dict[str, bytes]
    rom: on_rom.Rom | None


def survey(board: SerialTransport, wanted: dict[str, bytes], on_top: bool = False) -> Survey:
    """Look at `board`, where `wanted`, path -> content, is to be; it is in its raw REPL. With
    ROMFS, what changed in /device is to lie `on_top` of the image there, where that can be.

    UserError where its firmware lacks what the settings need.
    """
    answer = calls.run(board, on_board_survey.survey)
    assert isinstance(answer, list)
    mpy, pending, has_rom = answer
    manifest = bytes.fromhex("".join(calls.lines(board, on_board_survey.manifest)))
    listed = listed_in(manifest) if manifest else []
    there = on_rom.look(board, wanted) if has_rom else None
    fit.check(wanted.get(f"/{CONFIG}", b"").decode(), has_rom)
    inside = _inside(board, there, wanted) if there else {}
    files = there.files(wanted, _edits(wanted, inside) if on_top else ()) if there else wanted
    candidate = {*candidates(digests(files)), *(listed or [])}
    if there:  # of those in /device the image has some of the same names
        lie_on_top = {rom.FOLDER + name for name in there.on_top}
        candidate = {path for path in candidate if not rom.in_image(path) or path in lie_on_top}
    found, blocked = hashes(board, candidate)
    readable = listed is not None and MANIFEST not in blocked
    steps = make(digests(files), found, listed or [], blocked)
    blocked = [path for path in blocked if path in files and path != MANIFEST]
    plan = _with_modules(there, wanted, steps, inside | _only_modules(found)) if there else steps
    return Survey(mpy, pending, readable, blocked, plan, steps, files, there)


def _inside(board: SerialTransport, there: on_rom.Rom, wanted: dict[str, bytes]) -> dict[str, str]:
    # Path -> SHA-256 in hex of each module in the image that is in use.
    if there.runs_it:
        return _only_modules(digests(wanted))
    if not there.in_use:
        return {}
    lines = calls.lines(board, on_board_survey.inside, there.in_use[:2])
    return {rom.FOLDER + name: digest for digest, name in (line.split(" ", 1) for line in lines)}


def _only_modules(files: dict[str, str]) -> dict[str, str]:
    return {path: x for path, x in files.items() if rom.in_image(path)}


def _edits(wanted: dict[str, bytes], inside: dict[str, str]) -> list[str]:
    # The modules that differ from those in the image; none where a new image is better: what lies
    # on top takes heap, and cannot take a module away.
    modules = _only_modules(digests(wanted))
    edits = [path for path, digest in modules.items() if inside.get(path) != digest]
    return edits if inside.keys() <= modules.keys() and len(edits) <= _EDITS else []


def _with_modules(
    there: on_rom.Rom, wanted: dict[str, bytes], steps: Plan, found: dict[str, str]
) -> Plan:
    # The modules a line each, by what the board has of them in the image and on top of it.
    image = make(_only_modules(digests(wanted)), found, list(found))
    hidden = {rom.RECORD, MANIFEST} - wanted.keys()
    lists = [
        tuple(sorted({*b, *(path for path in a if not rom.in_image(path) and path not in hidden)}))
        for a, b in zip(_lists(steps), _lists(image))
    ]
    ours = {name for paths in _lists(steps) for path in paths for name in (path, _folder(path))}
    edits = (rom.FOLDER + name for name in there.on_top)
    return Plan(*lists, hiding=tuple(path for path in edits if path not in ours))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _lists(plan: Plan) -> tuple[tuple[str, ...], ...]:
    return plan.new, plan.changed, plan.removed, plan.same

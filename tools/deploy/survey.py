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
    way. `plan` is what a deploy would change, for people; `steps` what it does to files; `rom` is
    None where the firmware has no ROMFS.
    """

    mpy: int
    pending: bool
    readable: bool
    blocked: list[str]
    plan: Plan
    steps: Plan
    rom: on_rom.Rom | None


def survey(board: SerialTransport, wanted: dict[str, bytes]) -> Survey:
    """Look at `board`, where `wanted`, path -> content, is to be; it is in its raw REPL.

    UserError where its firmware lacks what the settings need.
    """
    answer = calls.run(board, on_board_survey.survey)
    assert isinstance(answer, list)
    mpy, pending, has_rom = answer
    manifest = bytes.fromhex("".join(calls.lines(board, on_board_survey.manifest)))
    listed = listed_in(manifest) if manifest else []
    there = on_rom.look(board, wanted) if has_rom else None
    fit.check(wanted.get(f"/{CONFIG}", b"").decode(), has_rom)
    files = digests(there.files(wanted) if there else wanted)
    candidate = {*candidates(files), *(listed or [])}
    if there:  # of those in /device the image has some of the same names
        candidate = {path for path in candidate if not rom.in_image(path)}
    found, blocked = hashes(board, candidate)
    readable = listed is not None and MANIFEST not in blocked
    if there:
        found |= {rom.FOLDER + name: "" for name in there.on_top}
    steps = make(files, found, listed or [], blocked)
    blocked = [path for path in blocked if path in files and path != MANIFEST]
    plan = _with_modules(board, there, wanted, steps) if there else steps
    return Survey(mpy, pending, readable, blocked, plan, steps, there)


def _with_modules(
    board: SerialTransport, there: on_rom.Rom, wanted: dict[str, bytes], steps: Plan
) -> Plan:
    # The modules in the image a line each, by the files inside it.
    modules = digests({path: x for path, x in wanted.items() if rom.in_image(path)})
    if there.runs_it:
        found = modules
    elif there.in_use:
        names = calls.lines(board, on_board_survey.names, (rom.MOUNTED + rom.FOLDER[:-1],))
        inside, _ = hashes(board, [rom.MOUNTED + rom.FOLDER + name for name in names])
        found = {path.removeprefix(rom.MOUNTED): digest for path, digest in inside.items()}
    else:
        found = {}
    image = make(modules, found, list(found))
    return Plan(
        *(tuple(sorted({*a, *b} - {rom.RECORD})) for a, b in zip(_lists(steps), _lists(image))),
        hiding=tuple(rom.FOLDER + name for name in there.on_top if _is_edit(name, steps)),
    )


def _is_edit(name: str, steps: Plan) -> bool:
    return rom.FOLDER + name not in steps.removed


def _lists(plan: Plan) -> tuple[tuple[str, ...], ...]:
    return plan.new, plan.changed, plan.removed, plan.same

"""What a deploy would change: the tree to be on the board against what the board says it holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = "/.deploy"
MANIFEST = f"{FOLDER}/manifest"
# First into place: on a board that had none of ours, it is what finishes a deploy that is cut off.
_FIRST = "/boot.py"
_NAMES = 128  # characters of one text of names, about


def files(tree: Path) -> dict[str, bytes]:
    """Path on the board -> content, of a built tree; with the manifest that goes with it."""
    found = {
        "/" + path.relative_to(tree).as_posix(): path.read_bytes()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }
    return {**found, MANIFEST: manifest(found)}


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """Path -> SHA-256 in hex, which is all that a plan compares."""
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def listed_in(content: bytes) -> list[str] | None:
    """The paths that a manifest found on a board lists; None where it is no manifest."""
    try:
        paths = json.loads(content)
    except (ValueError, RecursionError):
        return None
    fits = isinstance(paths, list) and all(isinstance(p, str) and _is_path(p) for p in paths)
    return paths if fits else None


def _is_path(text: str) -> bool:
    return text.startswith("/") and not text.endswith("/") and text.isprintable()


def manifest(paths: dict[str, bytes]) -> bytes:
    """The manifest's content: the paths of all that is deployed, as JSON."""
    return json.dumps(sorted(paths)).encode()


@dataclass(frozen=True)
class Plan:
    """`new` and `changed` are uploaded, `removed` goes, `same` stays; paths on the board."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    same: tuple[str, ...]
    hiding: tuple[str, ...]  # sources and folders that are not ours and hide a module of ours

    @property
    def empty(self) -> bool:
        """True where there is nothing to do."""
        return not (self.new or self.changed or self.removed)

    @property
    def uploads(self) -> tuple[str, ...]:
        """What goes up, in the order in which it is put in place."""
        return tuple(sorted(self.new + self.changed, key=lambda path: (path != _FIRST, path)))

    def lines(self) -> list[str]:
        """The plan for people: + new, ~ changed, - removed, = number of the others."""
        listed = [(p, "+") for p in self.new] + [(p, "~") for p in self.changed]
        listed += [(p, "-") for p in self.removed]
        lines = [f"{sign} {path[1:]}" for path, sign in sorted(listed)]
        lines.append(f"= {len(self.same)} unchanged")
        return lines + [
            f"! {path[1:]} is not ours and hides the module of that name: remove it (`make repl`)"
            for path in self.hiding
        ]


def candidates(wanted: dict[str, str]) -> list[str]:
    """The paths to ask the board about: ours, and what could hide a compiled module: a source of
    its name, or a folder, which MicroPython imports first.
    """
    modules = [path[:-4] for path in wanted if path.endswith(".mpy")]
    return [*wanted, *(module + ".py" for module in modules), *modules]


def grouped(paths: Iterable[str]) -> list[tuple[str, str]]:
    """The same paths as (folder, names with "/" between them): short texts for a small heap."""
    groups: list[tuple[str, str]] = []
    for path in sorted(paths, key=lambda path: path.rpartition("/")):
        folder, slash, name = path.rpartition("/")
        if groups and groups[-1][0] == folder + slash and len(groups[-1][1]) < _NAMES:
            groups[-1] = (folder + slash, f"{groups[-1][1]}/{name}")
        else:
            groups.append((folder + slash, name))
    return groups


def make(
    wanted: dict[str, str],
    on_board: dict[str, str],
    listed: list[str],
    folders: Iterable[str] = (),
) -> Plan:
    """Compare `wanted` with what is on the board, both path -> SHA-256 in hex, with what its last
    manifest lists, and with the paths that are folders there.
    """
    same, new, changed = [], [], []
    for path, digest in wanted.items():
        if path not in on_board:
            new.append(path)
        elif on_board[path] != digest:
            changed.append(path)
        else:
            same.append(path)
    removed = [path for path in listed if path not in wanted and path in on_board]
    hiding = [
        path
        for path in on_board
        if path.endswith(".py") and path[:-3] + ".mpy" in wanted and path not in removed
    ]
    hiding += [path for path in folders if path + ".mpy" in wanted]
    order = [tuple(sorted(x)) for x in (new, changed, removed, same, hiding)]
    return Plan(*order)

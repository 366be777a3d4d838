"""Plan a deploy: compare the tree that the board should have with what it has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = "/.deploy"
MANIFEST = f"{FOLDER}/manifest"
# It is replaced first: on a board without our files, it finishes a deploy that is interrupted.
_FIRST = "/boot.py"
_NAMES = 128  # characters of one text of names, about


def files(tree: Path) -> dict[str, bytes]:
    """Read a built tree: path on the board -> content, with its manifest."""
    found = {
        "/" + path.relative_to(tree).as_posix(): path.read_bytes()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }
    return {**found, MANIFEST: manifest(found)}


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """Hash the files: path -> SHA-256 in hex, which a plan compares."""
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def listed_in(content: bytes) -> list[str] | None:
    """Return the paths that a manifest from a board lists; None if it is not a manifest."""
    try:
        paths = json.loads(content)
    except (ValueError, RecursionError):
        return None
    fits = isinstance(paths, list) and all(isinstance(p, str) and _is_path(p) for p in paths)
    return paths if fits else None


def _is_path(text: str) -> bool:
    return text.startswith("/") and not text.endswith("/") and text.isprintable()


def manifest(paths: dict[str, bytes]) -> bytes:
    """Make the manifest: the paths of all deployed files, as JSON."""
    return json.dumps(sorted(paths)).encode()


@dataclass(frozen=True)
class Plan:
    """Paths on the board: `new` and `changed` are uploaded, `removed` goes, `same` stays."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    same: tuple[str, ...]
    hiding: tuple[str, ...]  # sources and folders, not ours, that hide a module of ours

    @property
    def empty(self) -> bool:
        """True where there is nothing to do."""
        return not (self.new or self.changed or self.removed)

    @property
    def uploads(self) -> tuple[str, ...]:
        """What is uploaded, in the order in which it is put in place."""
        return tuple(sorted(self.new + self.changed, key=lambda path: (path != _FIRST, path)))

    def lines(self) -> list[str]:
        """Show the plan: + new, ~ changed, - removed, = the number of unchanged files."""
        listed = [(p, "+") for p in self.new] + [(p, "~") for p in self.changed]
        listed += [(p, "-") for p in self.removed]
        lines = [f"{sign} {path[1:]}" for path, sign in sorted(listed)]
        lines.append(f"= {len(self.same)} unchanged")
        return lines + [
            f"! {path[1:]} is not ours and hides the module of that name: remove it (`make repl`)"
            for path in self.hiding
        ]


def candidates(wanted: dict[str, str]) -> list[str]:
    """List the paths to ask the board about: ours, and those that could hide a compiled module.

    These are a source or a folder of its name, which MicroPython imports first.
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

"""What a deploy would change: the tree to be on the board against what the board says it holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

# These first: with them in place, whatever comes next is finished at the next boot.
_FIRST = ("/device/commit.mpy", "/device/commit.py", "/boot.py")
MANIFEST = "/.deploy/manifest"
_CONFIG = "/webrepl_cfg.py"


def files(tree: Path) -> dict[str, bytes]:
    """Path on the board -> content, of a built tree."""
    found = {
        "/" + path.relative_to(tree).as_posix(): path.read_bytes()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }
    return dict(sorted(found.items(), key=lambda item: (item[0] not in _FIRST, item[0])))


@dataclass(frozen=True)
class Plan:
    """`new` and `changed` are uploaded, `removed` goes, `same` stays; paths on the board."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    same: tuple[str, ...]
    hiding: tuple[str, ...]  # sources that are not ours and hide a module of ours

    @property
    def empty(self) -> bool:
        """True where there is nothing to do."""
        return not (self.new or self.changed or self.removed)

    @property
    def uploads(self) -> tuple[str, ...]:
        """What goes up, in the order in which it is put in place."""
        both = {*self.new, *self.changed}
        return tuple(sorted(both, key=lambda path: (path not in _FIRST, path)))

    def lines(self) -> list[str]:
        """The plan for people: + new, ~ changed, - removed, = number of the others."""
        listed = [(p, "+") for p in self.new] + [(p, "~") for p in self.changed]
        listed += [(p, "-") for p in self.removed]
        lines = [f"{sign} {path[1:]}" for path, sign in sorted(listed)]
        lines.append(f"= {len(self.same)} unchanged")
        lines += [f"! {p[1:]} is not ours and hides the module deployed" for p in self.hiding]
        return lines


def candidates(wanted: dict[str, bytes]) -> list[str]:
    """The paths to ask the board about: ours, and sources that could hide compiled modules."""
    hiding = [path[:-4] + ".py" for path in wanted if path.endswith(".mpy")]
    return [*wanted, *hiding, MANIFEST]


def manifest(wanted: dict[str, bytes]) -> bytes:
    """The manifest's content: the paths that are ours, as JSON."""
    return json.dumps(sorted(wanted)).encode()


def make(wanted: dict[str, bytes], on_board: dict[str, str], listed: list[str]) -> Plan:
    """Compare `wanted` with the board's hashes and its last manifest."""
    same, new, changed = [], [], []
    for path, content in wanted.items():
        if path not in on_board:
            new.append(path)
        elif on_board[path] != hashlib.sha256(content).hexdigest():
            changed.append(path)
        else:
            same.append(path)
    removed = [path for path in listed if path not in wanted and path in on_board]
    hiding = [
        path
        for path in on_board
        if path.endswith(".py") and path[:-3] + ".mpy" in wanted and path not in removed
    ]
    order = [tuple(sorted(x)) for x in (new, changed, removed, same, hiding)]
    return Plan(*order)

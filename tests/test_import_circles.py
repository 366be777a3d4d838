"""No module of tools/ imports, directly or through others, a module that imports it."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def modules(root: Path) -> dict[str, Path]:
    """Name -> file."""
    found = {}
    for path in (root / "tools").rglob("*.py"):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imported(name: str, path: Path, files: dict[str, Path]) -> set[str]:
    """All that it imports, at the top, in functions, and under TYPE_CHECKING."""
    names = set()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            source = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            for alias in node.names:  # a module of a package, or what a module defines
                inner = f"{source}.{alias.name}"
                names.add(inner if inner in files else source)
    return names & files.keys()


def check(root: Path) -> None:
    """CycleError, with the names along the circle, where there is one."""
    files = modules(root)
    graph = {name: imported(name, path, files) for name, path in files.items()}
    TopologicalSorter(graph).prepare()


def test_no_import_goes_round_in_a_circle() -> None:
    check(ROOT)


@pytest.mark.parametrize(
    "back",
    [
        "from . import upper",
        "from .upper import Upper",
        "import tools.upper",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tools import upper",
        "def late():\n    from .upper import Upper",
    ],
)
def test_a_circle_is_found(tmp_path: Path, back: str) -> None:
    (tmp_path / "tools" / "middle").mkdir(parents=True)
    for name, text in {
        "__init__": "",
        "upper": "from .middle.room import Room",
        "middle/__init__": "",
        "middle/room": "from .. import lower",
        "lower": "",
    }.items():
        (tmp_path / "tools" / f"{name}.py").write_text(text)
    check(tmp_path)
    (tmp_path / "tools" / "lower.py").write_text(back)
    with pytest.raises(CycleError, match="tools.upper"):
        check(tmp_path)

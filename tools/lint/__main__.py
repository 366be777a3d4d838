"""Check all that goes on the board, and the length of every file in Python.

`python -m tools.lint` ends with status 1 for any problem.
"""

from pathlib import Path

from tools.build import ROOT, compile_source, sources
from tools.errors import UserError, main
from tools.lint import rules
from tools.lint.check import check


def problems(files: dict[str, str]) -> list[str]:
    """Check files, path on the board -> text; a line for each problem, `path:line: what`."""
    lines = []
    for name, source in sorted(files.items()):
        found = [f"{name}:{line}: {message}" for line, message in check(name, source)]
        if not found:
            try:
                compile_source(name, source)
            except UserError as error:
                found = [str(error)]
        lines += found
    return lines


def shadowing(root: Path) -> list[str]:
    """What in the directory root, were it on the board, would hide a firmware module."""
    return [
        f"{path.name}:1: hides the firmware's module {path.stem}: use another name"
        for path in sorted(root.iterdir())
        if path.stem in rules.SHADOWED and (path.is_dir() or path.suffix in (".py", ".mpy"))
    ]


def long_files(root: Path) -> list[str]:
    """Find the files of the project in the directory root that have too many lines."""
    paths = [*root.glob("*.py")]
    for folder in rules.FOLDERS:
        paths += (root / folder).rglob("*.py")
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in sorted(paths)}
    return [
        f"{path.relative_to(root)}:{length}: more than {rules.MAX_LINES} lines: split it"
        for path, length in lengths.items()
        if length > rules.MAX_LINES
    ]


def _run() -> int:
    sent = {name: (ROOT / name).read_text(encoding="utf-8") for name in rules.SENT}
    lines = shadowing(ROOT) + long_files(ROOT) + problems(sources() | sent)
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    main(_run)

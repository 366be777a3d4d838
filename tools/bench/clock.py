"""What code at the prompt loses to the switch's clock, in instructions."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from tools import rom
from tools.bench import callgrind
from tools.bench.server import HEAP
from tools.deploy import plan
from tools.errors import UserError
from tools.virtual_board.vm.process import interpreter

_SCRIPT = Path(__file__).parent / "baselines" / "additions.py"
ADDITIONS = 10_000
BESIDE = ("alone", "at rest", "ticking")
KINDS = ("files", "ROMFS")


def measure(tree: Path) -> dict[str, list[float]]:
    """Instructions for one addition beside each of BESIDE, by the kind of firmware."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rom.img").write_bytes(rom.image(plan.files(tree)))
        return {
            kind: [
                _each(tree, folder, beside, *[str(folder / "rom.img")] * (kind == "ROMFS"))
                for beside in BESIDE
            ]
            for kind in KINDS
        }


def _each(tree: Path, folder: Path, *arguments: str) -> float:
    many, none = (_count(tree, folder / "out", str(n), *arguments) for n in (ADDITIONS, 0))
    return (many - none) / ADDITIONS


def _count(tree: Path, out: Path, *arguments: str) -> int:
    callgrind.check()
    command = ["setarch", "-R", "valgrind", "--quiet", "--tool=callgrind"]
    command += [f"--callgrind-out-file={out}", interpreter(), "-X", f"heapsize={HEAP}"]
    done = subprocess.run(
        [*command, str(_SCRIPT), *arguments],
        env={"MICROPYPATH": f"{tree}:.frozen", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode or done.stdout:
        raise UserError(f"the additions fail: {done.stdout}", "mend that, and run this again")
    return int(re.findall(r"^totals: (\d+)", out.read_text(), re.MULTILINE)[-1])

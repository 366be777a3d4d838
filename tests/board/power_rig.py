"""Every flash operation of a deploy, and what a board is left with where power goes in one."""

import hashlib
import json
import subprocess
from pathlib import Path

from deploy_rig import Files, Target

from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.flash import SECTOR
from tools.virtual_board.vm.process import interpreter

_WALK = Path(__file__).parents[1] / "boot_walk.py"


class Recorder:
    """The flash operations of `target` from now on."""

    def __init__(self, target: Target) -> None:
        self._before = target.flash()
        self._operations: list[tuple[int, bytes]] = []  # address and data; b"" erases
        target.board.do(self._watch)

    def _watch(self, chip: Chip) -> None:
        program, erase = chip.flash.program, chip.flash.erase

        def programmed(address: int, data: bytes) -> None:
            self._operations.append((address, bytes(data)))
            program(address, data)

        def erased(address: int) -> None:
            self._operations.append((address, b""))
            erase(address)

        chip.flash.program, chip.flash.erase = programmed, erased

    def outcomes(self, folder: Path, **sets: Files) -> list[str]:
        """Which of `sets` the next boot leaves where power goes in the middle of the first
        operation, after it, in the middle of the second one, and so on to the end.
        """
        hashes = {
            name: {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
            for name, files in sets.items()
        }
        paths = [folder / name for name in ("walk.img", "walk.operations", "walk.json")]
        paths[0].write_bytes(self._before)
        paths[1].write_bytes(b"".join(map(_packed, self._operations)))
        paths[2].write_text(json.dumps(hashes))
        walk = [interpreter(), "-X", "heapsize=32m", str(_WALK), *map(str, paths)]
        done = subprocess.run(walk, capture_output=True, text=True, timeout=280)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        lines = [line.partition(": ") for line in done.stdout.splitlines()]
        found = [outcome for what, _, outcome in lines if what == "walk"]
        assert len(found) == 2 * len(self._operations) > 10, found
        return found

    def content(self, n: int) -> bytes:
        """The flash for outcomes()[n]."""
        content = bytearray(self._before)
        for i, (address, data) in enumerate(self._operations[: n // 2 + 1]):
            size = len(data) or SECTOR
            if n % 2 == 0 and i == n // 2:
                size //= 2
            old = content[address : address + size]
            new = bytes(a & b for a, b in zip(old, data)) if data else b"\xff" * size
            content[address : address + size] = new
        return bytes(content)


def _packed(operation: tuple[int, bytes]) -> bytes:
    address, data = operation
    return address.to_bytes(4, "little") + len(data).to_bytes(4, "little") + data

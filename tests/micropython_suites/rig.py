"""The boards that the suites run on, each with a new flash, and joined to a network."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools import build
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.wlan import GOT_IP, Air

_SSID, _KEY = "home", "correct horse"


class Checkout:
    """A checkout of MicroPython at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tests = path / "tests"

    def find(self, suite: str, files: str) -> list[str]:
        """A suite's tests, or those of them that `files` says, relative to `tests`."""
        found = sorted((self.tests / suite).glob(files or "*.py"))
        return [f"{suite}/{path.name}" for path in found]

    def unittest(self) -> dict[str, bytes]:
        """The package that some tests need, where the submodule that has it is checked out."""
        stdlib = self.path / "lib" / "micropython-lib" / "python-stdlib"
        source = stdlib / "unittest" / "unittest" / "__init__.py"
        if not source.exists():
            return {}
        code = build.compile_source("unittest.py", source.read_text())
        return {"/lib/unittest/__init__.mpy": code}


@contextmanager
def fresh_board(
    folder: Path, files: Mapping[str, bytes], **options: object
) -> Iterator[VirtualBoard]:
    """A board with these files on it, and no program; `options` are VirtualBoard's own."""
    flash = folder / f"{len(list(folder.iterdir()))}.img"
    image.create(flash, {"/boot.py": b"import gc\ngc.collect()\ndel gc\n", **files})
    with VirtualBoard(flash, air=Air({_SSID: _KEY}), **options) as board:
        board.do(_join)
        board.wait_for(lambda chip: chip.wlan.state() == GOT_IP)
        yield board


def _join(chip: Chip) -> None:
    chip.wlan.active(0, True)
    chip.wlan.connect(_SSID, _KEY)


def restart(board: VirtualBoard) -> None:
    """Power off and on: whatever hung or broke is over."""
    board.do(Chip.power_cut)
    board.start()

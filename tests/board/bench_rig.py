"""One board that gets other files again and again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deploy_rig import Files
from fault_rig import HOME, boot, complaints

from tools.deploy import plan
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.wlan import Air


class Bench:
    """One board that gets other files again and again."""

    def __init__(self, folder: Path, files: Files, variant: str) -> None:
        self._image, self._files, self._variant = folder / "flash.img", files, variant
        image.create(self._image, files, variant)
        self.board = VirtualBoard(self._image, variant, air=Air(HOME))
        self._mark = 0

    def boot(self, module: str = "", source: str | None = None) -> None:
        """Boot with `module` gone, or with another source."""

        def change(files: Files) -> None:
            files.pop(f"/device/{module}.mpy", None)
            if source:
                files[f"/device/{module}.py"] = source.encode()

        self.lay(change)
        boot(self.board)

    def lay(self, change: Callable[[Files], object]) -> None:
        """Switch it off, and have its files anew, after change(files). With ROMFS, what changed
        lies on top of the image, as what somebody edits on the board does.
        """
        files = dict(self._files)
        change(files)
        same = {path: x for path, x in files.items() if self._files.get(path) == x}
        files[plan.MANIFEST] = plan.manifest(same)
        new = self._image.with_name("new.img")
        image.create(new, files, self._variant)
        self.board.do(Chip.power_cut)
        self._image.write_bytes(new.read_bytes())
        self._mark = len(complaints(self.board))

    def complaints(self) -> list[str]:
        """What the last boot said."""
        return complaints(self.board)[self._mark :]


@pytest.fixture(scope="module", params=["generic", "romfs"])
def bench(
    tmp_path_factory: pytest.TempPathFactory, files: Files, request: pytest.FixtureRequest
) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("bench"), files, request.param)
    bench.boot()  # the SDK knows the network from now on
    yield bench
    bench.board.close()


def joined(board: VirtualBoard) -> None:
    """Wait for the network, as boot.py does not where the SDK joins it by itself."""
    board.wait_for(lambda chip: chip.wlan.isconnected(0))

"""A module that is gone or broken: the prompt comes, a line names it, its owner gets in."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_rig import HOME, answers, boot, complaints, prompt_answers

from tools.board.webrepl import Unreachable
from tools.build import ROOT
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.wlan import Air

MODULES = sorted([path.stem for path in (ROOT / "device").glob("*.py")] + ["pages"])


class Bench:
    """One board that gets other files again and again."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self._folder, self._tree = folder, tree
        image.create(folder / "flash.img", tree)
        self.board = VirtualBoard(folder / "flash.img", air=Air(HOME))
        self._mark = 0

    def boot(self, module: str = "", source: str | None = None) -> None:
        """Boot with `module` gone, or with another source."""
        tree = self._folder / "tree"
        shutil.copytree(self._tree, tree)
        if module:
            (tree / f"device/{module}.mpy").unlink()
        if source:
            (tree / f"device/{module}.py").write_text(source)
        image.create(self._folder / "new.img", tree)
        shutil.rmtree(tree)
        self.board.do(lambda chip: chip.power_cut())
        (self._folder / "flash.img").write_bytes((self._folder / "new.img").read_bytes())
        self._mark = len(complaints(self.board))
        boot(self.board)

    def complaints(self) -> list[str]:
        """What the last boot said."""
        return complaints(self.board)[self._mark :]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("bench"), bundle)
    yield bench
    bench.board.close()


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    ("source", "what"),
    [(None, "no module named"), ('raise ValueError("x")\n', "ValueError: x")],
    ids=["gone", "broken"],
)
def test_without_a_module_the_prompt_comes_with_a_line_and_its_owner_gets_in(
    bench: Bench, module: str, source: str | None, what: str
) -> None:
    bench.boot(module, source)
    if module != "pages" or source:  # without the page the API does
        assert any(what in line for line in bench.complaints()), bench.complaints()
    if module == "wifi":  # nobody can come in, but on a board that had joined before
        assert bench.board.do(lambda chip: chip.stack.listener(8266)) is not None
        return
    try:
        prompt_answers(bench.board)
    except Unreachable:
        # The firmware's own door listens to its client a moment after it has asked for the
        # password: an answer that is quicker waits for the next one.
        assert module in ("connection", "server", "webrepl_door")
        prompt_answers(bench.board)


def test_with_the_files_mended_the_switch_is_back(bench: Bench) -> None:
    bench.boot("server", 'raise ValueError("x")\n')
    bench.boot()
    assert answers(bench.board) is False

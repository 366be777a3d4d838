"""A running virtual board for each test, from one image built once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import client
import pytest
from bench_rig import bench  # noqa: F401  (a fixture)
from broker_rig import broker, lamp, listener, make_broker, make_lamp  # noqa: F401  (fixtures)
from deploy_rig import files, make_target, variant  # noqa: F401  (fixtures)
from fault_rig import victim, victims  # noqa: F401  (fixtures)
from named_rig import mdns_board, phone  # noqa: F401  (fixtures)
from network_rig import module_board, peer  # noqa: F401  (fixtures)
from program_rig import run_program  # noqa: F401  (a fixture)
from timer_rig import make_with  # noqa: F401  (a fixture)

from tools import build
from tools.board import passwords
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air


@pytest.fixture(autouse=True)
def no_passwords_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What let a tool in here is not kept among the user's."""
    monkeypatch.setattr(passwords, "FOLDER", tmp_path / "passwords")


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The board's file tree, compiled, with client.CONFIG."""
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "webrepl_cfg.py").write_text(client.CONFIG)
    return build.build(folder / "board", config=folder / "webrepl_cfg.py")


@pytest.fixture
def make_board(
    bundle: Path,
    tmp_path: Path,
    variant: str,  # noqa: F811
) -> Iterator[Callable[..., VirtualBoard]]:
    """make_board(change=function(tree), start=True, variant=, **VirtualBoard's own): a board of
    its own. With ROMFS, what the tree has in device/ is in an image.
    """
    boards = []

    def make(
        change: Callable[[Path], object] | None = None,
        start: bool = True,
        variant: str = variant,
        **options: object,
    ) -> VirtualBoard:
        folder = tmp_path / str(len(boards))
        shutil.copytree(bundle, folder / "tree")
        if change:
            change(folder / "tree")
        image.create(folder / "flash.img", folder / "tree", variant)
        board = VirtualBoard(folder / "flash.img", variant, **options)
        boards.append(board)
        return board.start() if start else board

    yield make
    for board in boards:
        board.close()


@pytest.fixture
def board(make_board: Callable[..., VirtualBoard]) -> VirtualBoard:
    """A board that has booted the bundle, with WiFi in reach."""
    return make_board(air=Air({"home": "correct horse"}))

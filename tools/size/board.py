"""What is measured on a virtual board: the heap that is left while it serves, boot, a deploy."""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from tools import build
from tools.board import connection, on_board
from tools.deploy import __main__ as deploy
from tools.deploy import plan
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.execution import HEAP
from tools.virtual_board.wlan import Air

_CONFIG = 'PASS = "secret12"\nWIFI_SSID = "home"\nWIFI_PASSWORD = "correct horse"\n'


class Measured(NamedTuple):
    """Bytes of heap that are kept, the largest block that can be had; seconds."""

    kept: int
    block: int
    boot: float
    deploy: float
    written: int  # flash operations of a deploy that finds nothing to do


def measure(source: bool) -> Measured:
    """Boot a board with the bundle, compiled or as source, serve one request, and look."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "webrepl_cfg.py").write_text(_CONFIG)
        tree = build.build(folder / "board", source, config=folder / "webrepl_cfg.py")
        files = plan.files(tree)
        manifest = tree / plan.MANIFEST[1:]
        manifest.parent.mkdir()
        manifest.write_bytes(files[plan.MANIFEST])
        image.create(folder / "flash.img", tree)
        board = VirtualBoard(folder / "flash.img", air=Air({"home": "correct horse"}))
        start = time.monotonic()
        try:
            board.start()
            boot = time.monotonic() - start
            with urlopen(board.http + "led", timeout=10) as response:
                assert response.status == 200
            free = _free(board)
            block, seconds, written = _deploy(board, files)
            return Measured(HEAP - free, block, boot, seconds, written)
        finally:
            board.close()


def _free(board: VirtualBoard) -> int:
    # Asked at the board's own prompt, where nothing of a raw REPL is on the heap.
    mark = len(board.console)
    code = b"import gc;gc.collect();print('free:',gc.mem_free())\r"
    board.do(lambda chip: chip.terminal.put(code))
    board.wait_for(lambda chip: re.search(rb"\nfree: \d+\r", board.printed_since(mark)))
    return int(re.findall(rb"\nfree: (\d+)\r", board.printed_since(mark))[0])


def _deploy(board: VirtualBoard, files: dict[str, bytes]) -> tuple[int, float, int]:
    os.environ["PORT"] = board.serial
    with connection.raw_repl(connection.open_board(None)) as transport:
        facts = connection.run(transport, on_board.facts)
    assert isinstance(facts, dict)
    writes = board.do(lambda chip: chip.flash.writes)
    start = time.monotonic()
    assert deploy.deploy(None, files, lambda line: None, lambda line: None) == 0
    seconds = time.monotonic() - start
    return facts["heap_block"], seconds, board.do(lambda chip: chip.flash.writes) - writes

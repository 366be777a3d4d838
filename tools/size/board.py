"""Measure a virtual board: the heap that is left while it serves, its boot, a deploy, and what the
tools run on it.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch
from urllib.request import urlopen

from tools import build, info
from tools.board import connection, session
from tools.board.transport import Transport
from tools.deploy import plan
from tools.deploy.flow import Flow
from tools.deploy.steps import Deploy
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air
from tools.virtual_board.vm.calls import HEAP

_BLOCK = 32  # bytes of one on the heap, with 64-bit words (py/gc.h)
# Settings of a board that serves and has WebREPL.
CONFIG = 'PASS = "secret12"\nWIFI_SSID = "home"\nWIFI_PASSWORD = "correct horse"\n'


class Measured(NamedTuple):
    """Bytes of heap that are kept, the largest free piece of it; seconds; programs."""

    kept: int
    piece: int
    boot: float
    deploy: float
    written: int  # flash operations of a deploy that finds nothing to do
    programs: list[str]  # that `make info` and a deploy of one file ran on the board


def measure() -> Measured:
    """Boot a board with the bundle, serve one request, deploy, and look."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "webrepl_cfg.py").write_text(CONFIG)
        tree = build.build(folder / "board", config=folder / "webrepl_cfg.py")
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
            free, piece = _heap(board)
            seconds, written = _deploy(board, files)
            programs = _programs(board, {**files, "/main.py": b"pass\n"})
            return Measured(HEAP - free, piece, boot, seconds, written, programs)
        finally:
            board.close()


def _heap(board: VirtualBoard) -> tuple[int, int]:
    # What is free, and the largest piece of it. Asked at the board's own prompt, where nothing of
    # a raw REPL is on the heap, or in the middle of that piece.
    mark = len(board.console)
    code = b"import gc,micropython;gc.collect();micropython.mem_info()\r"
    board.do(lambda chip: chip.terminal.put(code))
    asked = rb"(?s)free: (\d+).* max free sz: (\d+)\r"
    board.wait_for(lambda chip: re.search(asked, board.printed_since(mark)))
    free, blocks = map(int, re.findall(asked, board.printed_since(mark))[0])
    return free, blocks * _BLOCK


def _deploy(board: VirtualBoard, files: dict[str, bytes]) -> tuple[float, int]:
    os.environ["PORT"] = board.serial
    writes = board.do(lambda chip: chip.flash.writes)
    start = time.monotonic()
    assert not Flow(None, files, lambda line: None).run().changed
    seconds = time.monotonic() - start
    return seconds, board.do(lambda chip: chip.flash.writes) - writes


def _programs(board: VirtualBoard, files: dict[str, bytes]) -> list[str]:
    programs: list[str] = []
    run = Transport.exec_raw_no_follow

    def record(self: Transport, program: str) -> None:
        programs.append(program)
        run(self, program)

    with patch.object(Transport, "exec_raw_no_follow", record):
        with session.raw_repl(connection.open_board(None, board.serial)) as transport:
            info.facts(transport)
            job = Deploy(transport, files, lambda line: None)
            job.survey()
            job.apply()
    return programs

"""Measure the stages from reset to serving on the virtual board: time, and bytes read from flash.

Each stage begins with a certain call that reaches the chip. Only boot.py and main.py are marked by
a line in front of them, which asks for a pin that nothing else uses.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tools import build
from tools.virtual_board import image
from tools.virtual_board.board import HTTP, WEBREPL, VirtualBoard
from tools.virtual_board.chip import EXTERNAL, Chip
from tools.virtual_board.hardware.wlan import GOT_IP, Air
from tools.virtual_board.vm.calls import Result

_MARK = 16
_HELLO = f'__import__("machine").Pin({_MARK}).value()\n'
_LED = 2
_CONFIG = 'PASS = "secret12"\nWIFI_SSID = "home"\nWIFI_PASSWORD = "correct horse"\n'
STAGES = (
    "boot.py begins",
    "light set",
    "WebREPL up",
    "WiFi joined",
    "main.py begins",
    "serving",
)


@dataclass
class Stage:
    """Its duration, in ms of the PC, and the bytes read from flash meanwhile."""

    name: str
    ms: float
    read: float


class _Recorder:
    """Wraps Calls.answer."""

    def __init__(self, chip: Chip) -> None:
        self._chip, self._answer = chip, chip.calls.answer
        self._ports: dict[int, int] = {}
        self._read = 0
        self.reached: list[tuple[float, int]] = [(time.perf_counter(), 0)]

    def answer(self, name: str, a: int, b: int, data: bytes) -> Result:
        """Carry out the call, and check whether it ends a stage."""
        if name == "flash_read":
            self._read += b
        elif name == "sock_bind":
            self._ports[a] = b
        result = self._answer(name, a, b, data)
        if len(self.reached) <= len(STAGES) and self._is_over(name, a):
            self.reached.append((time.perf_counter(), self._read))
        return result

    def _is_over(self, name: str, a: int) -> bool:
        stage = STAGES[len(self.reached) - 1]
        if stage in ("boot.py begins", "main.py begins"):
            return (name, a) == ("pin_get", _MARK)
        if stage == "light set":
            return (name, a) == ("pin_init", _LED)
        if stage == "WiFi joined":
            return name == "wlan" and self._chip.wlan.state() == GOT_IP
        port = WEBREPL if stage == "WebREPL up" else HTTP
        return name == "sock_listen" and self._ports.get(a) == port


def measure(times: int = 5) -> list[Stage]:
    """Return the medians of some resets of a board that knows its network."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "webrepl_cfg.py").write_text(_CONFIG)
        tree = build.build(folder / "board", config=folder / "webrepl_cfg.py")
        for script in ("boot.py", "main.py"):
            source = (tree / script).read_text("utf-8")
            (tree / script).write_text(_HELLO + source, "utf-8")
        image.create(folder / "flash.img", tree)
        with VirtualBoard(folder / "flash.img", air=Air({"home": "correct horse"})) as board:
            boots = [_reset(board) for _ in range(times)]
    stages = []
    for i, stage in enumerate(STAGES):
        ms = [(boot[i + 1][0] - boot[i][0]) * 1000 for boot in boots]
        read = [boot[i + 1][1] - boot[i][1] for boot in boots]
        stages.append(Stage(stage, statistics.median(ms), statistics.median(read)))
    return stages


def _reset(board: VirtualBoard) -> list[tuple[float, int]]:
    def reset(chip: Chip) -> _Recorder:
        recorder = _Recorder(chip)
        chip.calls.answer = recorder.answer
        chip.hard_reset(EXTERNAL)
        return recorder

    boots = board.chip.boots
    recorder = board.do(reset)
    board.wait_for(lambda chip: chip.boots > boots)
    assert len(recorder.reached) == len(STAGES) + 1, board.console[-500:]
    return recorder.reached

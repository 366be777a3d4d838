"""Stock tools at the serial port lose nothing that a real board would get."""

import os
import re
import subprocess
import sys
from pathlib import Path

from test_virtual_uart import read, terminal

from tools.virtual_board.board import VirtualBoard

MPREMOTE = Path(sys.executable).with_name("mpremote")
# A callback after the other, each longer than this PC takes to write 256 bytes.
BUSY = rb"""exec('import micropython
def busy(_):
 for _ in range(200000): pass
 micropython.schedule(busy, 0)
busy(0)')""".replace(b"\n", rb"\n")
LINES = 78


def prompt(handle: int, said: bytes) -> None:
    os.write(handle, said)
    shown = b""
    while not shown.endswith(b">>> "):
        shown += read(handle, 1)


def test_stock_mpremote_loses_nothing_while_callbacks_keep_the_prompt_busy(
    board: VirtualBoard, tmp_path: Path
) -> None:
    script = f"print(len('{'-' * 700}'))\n"
    (tmp_path / "script.py").write_text(script)
    with terminal(board.chip.uart) as handle:
        prompt(handle, BUSY + b"\r")
    command = [MPREMOTE, "connect", board.serial, "resume", "run", tmp_path / "script.py"]
    for _ in range(3):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.stdout == "700\n", done.stdout + done.stderr


def test_a_paste_of_many_lines_into_a_terminal_runs_all_of_them(board: VirtualBoard) -> None:
    lines = "".join(f"y{i} = {i} * 3\r" for i in range(LINES))
    with terminal(board.chip.uart) as handle:
        prompt(handle, b"\r")
        for i in range(0, len(lines), 256):
            os.write(handle, lines[i : i + 256].encode())
        os.write(handle, b"print('ran', len([n for n in dir() if n[0] == 'y']))\r")
        shown = b""
        while not (found := re.search(rb"\nran (\d+)\r\n", shown)):
            shown += read(handle, 1)
    assert int(found[1]) == LINES

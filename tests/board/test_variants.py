"""Variants of the firmware: ROMFS and its tools, a board of 1 MiB."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.virtual_board.board import VirtualBoard

pytestmark = pytest.mark.slow
MPREMOTE = Path(sys.executable).with_name("mpremote")
MakeBoard = Callable[..., VirtualBoard]


def empty(tree: Path) -> None:
    """A board that nothing was deployed to."""
    shutil.rmtree(tree)


def mpremote(board: VirtualBoard, *arguments: str) -> str:
    command = [str(MPREMOTE), "connect", board.serial, "resume", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def test_mpremote_deploys_to_romfs_and_the_module_is_found(
    make_board: MakeBoard, tmp_path: Path
) -> None:
    (tmp_path / "rom").mkdir()
    (tmp_path / "rom" / "greeting.py").write_text("text = 'from flash'\n")
    board = make_board(empty, variant="romfs")
    assert "327680 bytes" in mpremote(board, "romfs", "query")
    assert "ROMFS image deployed" in mpremote(board, "romfs", "deploy", str(tmp_path / "rom"))
    board.do(lambda chip: chip.hard_reset())
    board.wait_for(lambda chip: chip.boots == 2)
    shown = mpremote(board, "exec", "import greeting; print(greeting.text, greeting.__file__)")
    assert shown == "from flash /rom/greeting.mpy"


def test_the_partition_is_flash_and_outlives_a_power_cut(make_board: MakeBoard) -> None:
    board = make_board(variant="romfs")
    program = "import esp; esp.flash_erase(0xC0)"
    for byte in (0x0F, 0xF3):
        program += f"; esp.flash_write(0xC0000, bytes([{byte}] * 4))"
    mpremote(board, "exec", program)
    board.do(lambda chip: chip.power_cut())
    board.start()
    program = (
        "import esp, vfs; print(vfs.rom_ioctl(2, 0)[0x10000:0x10005] == b'\\3\\3\\3\\3\\xff')"
    )
    assert mpremote(board, "exec", program) == "True"
    program = "import esp; print(esp.flash_read(0xC0000, 4) == b'\\3\\3\\3\\3')"
    assert mpremote(board, "exec", program) == "True"


def test_rom_ioctl_has_no_more_than_the_chips(make_board: MakeBoard) -> None:
    board = make_board(variant="romfs")
    program = "import vfs; print([vfs.rom_ioctl(n, 0) for n in (1, 5, 6)])"
    assert mpremote(board, "exec", program) == "[1, -22, -22]"


def test_mapped_flash_takes_no_heap(make_board: MakeBoard) -> None:
    boards = [make_board(empty, variant=variant) for variant in ("generic", "romfs")]
    program = "import gc; gc.collect(); print(gc.mem_free())"
    free = [int(mpremote(board, "exec", program)) for board in boards]
    # Of 320 KiB; what boots and requests happen to leave differs by up to 2 KB.
    assert abs(free[0] - free[1]) < 4096


def test_writing_flash_from_flash_crashes_as_on_the_chip(make_board: MakeBoard) -> None:
    board = make_board(variant="romfs")
    program = "import esp, vfs; esp.flash_write(0xC0000, vfs.rom_ioctl(2, 0)[:16])"
    command = [str(MPREMOTE), "connect", board.serial, "resume", "exec", "--no-follow", program]
    subprocess.run(command, timeout=60)
    board.wait_for(lambda chip: chip.boots == 2)
    assert mpremote(board, "exec", "import machine; print(machine.reset_cause())") == "2"


def test_what_would_damage_the_firmware_is_refused(make_board: MakeBoard) -> None:
    board = make_board(variant="romfs")
    program = "import esp\ntry:\n esp.flash_erase(0)\nexcept OSError as e: print(e.errno)"
    assert mpremote(board, "exec", program) == "5"


def test_generic_firmware_has_no_romfs(make_board: MakeBoard) -> None:
    assert "not enabled" in mpremote(make_board(variant="generic"), "romfs", "query")


def test_a_board_of_1_mib_serves_and_has_no_asyncio(make_board: MakeBoard) -> None:
    board = make_board(variant="1m")
    program = "import esp\ntry:\n import asyncio\nexcept ImportError: print(esp.flash_size())"
    assert mpremote(board, "exec", program) == str(1 << 20)
    assert mpremote(board, "exec", "import os; print(os.statvfs('/')[2])") == "98"

"""A damaged image in flash: the board boots with the other one, or to a prompt, and says so."""

import contextlib
import hashlib
import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from deploy_rig import Files, Target, changed, files_in
from fault_rig import prompt_answers

from tools import build, rom
from tools.board.webrepl import Unreachable
from tools.paths import ROOT
from tools.virtual_board.hardware.flash import SECTOR, VARIANTS
from tools.virtual_board.vm.process import interpreter

Make = Callable[..., Target]
pytestmark = pytest.mark.slow
_WALK = Path(__file__).parents[1] / "rom_walk.py"
_ELSEWHERE = 50  # bytes behind the first sector
_SAMPLE = 200  # of the bytes in the first sector
# Boots of whole boards, for each image, with a byte behind the first sector flipped. For the long
# run: 50.
_BOOTS = 6


def flipped(line: rom.Line, sample: int) -> list[tuple[int, int]]:
    """(address, bits) for so many bytes of an image's first sector, and for some behind it."""
    chance = random.Random(line.start)
    offsets = [
        *chance.sample(range(SECTOR), sample),
        *chance.sample(range(SECTOR, line.length), _ELSEWHERE),
    ]
    start = VARIANTS["romfs"].rom + line.start
    return [(start + at, chance.randrange(1, 256)) for at in offsets]


def walk(folder: Path, flash: bytes, damages: list[tuple[int, int]]) -> list[str]:
    """What each boot leaves: rom_walk.py's lines."""
    (folder / "walk.img").write_bytes(flash)
    (folder / "walk.json").write_text(json.dumps(damages))
    command = [interpreter(), "-X", "heapsize=2m", str(_WALK)]
    command += [str(folder / "walk.img"), str(folder / "walk.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    lines = [line for line in done.stdout.splitlines() if line.startswith("walk: ")]
    stopped = damages[min(len(lines), len(damages) - 1)]
    assert len(lines) == len(damages), (stopped, done.stderr[-500:])
    return [line.removeprefix("walk: ") for line in lines]


def power_on(target: Target, flash: bytes, damage: tuple[int, int]) -> bool:
    """Boot with this byte flipped; whether the board says that an image is damaged."""
    target.board.do(lambda chip: chip.power_cut())
    at, bits = damage
    damaged = bytearray(flash)
    damaged[at] ^= bits
    target.path.write_bytes(damaged)
    mark = len(target.board.console)
    target.board.start()
    return "the image of device/ in flash is damaged" in target.board.console[mark:]


def digest(files: Files) -> str:
    return hashlib.sha256(files["/device/led.mpy"]).hexdigest()


def edited(files: Files, version: int) -> Files:
    """The same with another led.mpy."""
    source = (ROOT / "device" / "led.py").read_text() + f"\n_MINE = {version}\n"
    return changed(files, **{"device/led.mpy": build.compile_source("device/led.py", source)})


@pytest.mark.parametrize("deploys", [1, 2])  # the one in use lies in the second half, in the first
def test_any_damaged_byte_of_an_image_leaves_a_board_that_boots(
    files: Files, make_target: Make, tmp_path: Path, deploys: int
) -> None:
    target = make_target(files, "romfs")
    sets = [files, *(edited(files, n) for n in range(deploys))]
    for new in sets[1:]:
        assert target.deploy("PORT", new)[0] == 0
    record = files_in(target.flash())[0][rom.RECORD].decode().splitlines()
    now, before = (rom.Line(int(a), int(b), c) for a, b, c in map(str.split, record))
    assert (now.start == 0) is (deploys == 2)
    flash = target.flash()
    for line, found in (
        (now, f"{digest(sets[-2])} True"),
        (before, f"{digest(sets[-1])} False"),  # though the firmware mounts it, where it is first
    ):
        damages = flipped(line, _SAMPLE)
        assert walk(tmp_path, flash, damages) == [found] * len(damages)
        for damage in damages[_SAMPLE:][:_BOOTS]:
            said = power_on(target, flash, damage)
            assert target.serves() and said is (line is now)


def test_any_damaged_byte_of_the_only_image_leaves_a_prompt(
    files: Files, make_target: Make, tmp_path: Path
) -> None:
    target = make_target(files, "romfs")
    (line,) = files_in(target.flash())[0][rom.RECORD].decode().splitlines()
    start, length, sha = line.split()
    damages, flash = flipped(rom.Line(int(start), int(length), sha), SECTOR), target.flash()
    assert walk(tmp_path, flash, damages) == ["none True"] * len(damages)
    for damage in damages[SECTOR:][:_BOOTS]:
        assert power_on(target, flash, damage)
        target.board.wait_for(lambda chip: chip.wlan.isconnected(0))
        with contextlib.suppress(Unreachable):  # the firmware's own: see test_faults_imports.py
            prompt_answers(target.board)
        prompt_answers(target.board)

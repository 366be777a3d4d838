"""`make deploy` to firmware with ROMFS: device/ goes as one image into flash."""

import itertools
import os
from collections.abc import Callable

import client
import pytest
from deploy_rig import BLANK, KINDS, Files, Target, changed, files_in, module

from tools import build, rom
from tools.board import connection, session
from tools.errors import UserError
from tools.paths import ROOT
from tools.virtual_board.hardware.flash import VARIANTS

Make = Callable[..., Target]
kinds = pytest.mark.parametrize("kind", KINDS)
LAYOUT = VARIANTS["romfs"]
pytestmark = pytest.mark.slow


def edited(files: Files) -> Files:
    """The same with another led.mpy."""
    source = (ROOT / "device" / "led.py").read_text() + "\n_MINE = 1\n"
    return changed(files, **{"device/led.mpy": build.compile_source("device/led.py", source)})


def record(target: Target) -> list[rom.Line]:
    """The lines of /device.rom."""
    lines = files_in(target.flash())[0][rom.RECORD].decode().splitlines()
    return [rom.Line(int(a), int(b), c) for a, b, c in (line.split() for line in lines)]


def execute(target: Target, program: str) -> str:
    with session.raw_repl(connection.open_board(None, target.board.serial)) as transport:
        return transport.exec(program).decode().strip()


def damage(target: Target, line: rom.Line, at: int) -> None:
    """Flip a bit of that image, with the power off."""
    with open(target.path, "r+b") as f:
        f.seek(LAYOUT.rom + line.start + at)
        byte = f.read(1)[0] ^ 0x10
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([byte]))


def test_a_board_fresh_from_flashing_runs_device_from_flash(
    files: Files, make_target: Make
) -> None:
    target = make_target(BLANK, "romfs")
    status, lines = target.deploy("PORT", files)
    assert status == 0 and lines[-1] == f"running at {target.board.http}"
    assert "+ device/led.mpy" in lines and "~ boot.py" in lines
    assert not [path for path in target.flash_files() if path.startswith("/device/")]
    assert target.serves()
    assert execute(target, "import device; print(device.__path__, device.led.__file__)") == (
        "/device /device/led.mpy"
    )


def test_a_first_deploy_that_resets_the_board_for_ever_is_mended_by_the_next(
    files: Files, make_target: Make
) -> None:
    target = make_target(BLANK, "romfs")
    resets = module("import machine\nmachine.reset()")
    with pytest.raises(UserError, match="the switch does not run"):
        target.deploy("PORT", changed(files, **{"device/startup.mpy": resets}))
    # boot.py mounts nothing then, and what the firmware mounts is another image, or none.
    status, lines = target.deploy("PORT", files)
    assert status == 0 and "~ device/startup.mpy" in lines and "+ device/led.mpy" not in lines
    assert target.serves()


@kinds
def test_what_changed_goes_into_the_other_half_and_is_told_by_module(
    files: Files, make_target: Make, kind: str
) -> None:
    target = make_target(files, "romfs")
    (before,) = record(target)
    status, lines = target.deploy(kind, edited(files))
    assert status == 0, lines
    assert "~ device/led.mpy" in lines and f"= {len(files) - 1} unchanged" in lines
    now, kept = record(target)
    assert kept == before and now.start != before.start
    assert target.serves()
    writes = target.writes()
    assert target.deploy(kind, edited(files))[1][0] == f"= {len(files)} unchanged"
    assert target.writes() == writes


@kinds
def test_where_nothing_differs_nothing_is_written(
    files: Files, make_target: Make, kind: str
) -> None:
    target = make_target(files, "romfs")
    status, lines = target.deploy(kind, files)
    assert (status, lines) == (0, [f"= {len(files)} unchanged", f"running at {target.board.http}"])
    assert target.writes() == 0


def test_a_board_that_had_files_gets_an_image_and_loses_our_files(
    files: Files, make_target: Make
) -> None:
    target = make_target(files, "generic")
    target.deploy("PORT", files)
    target.close()
    target = make_target(target.flash(), "romfs")
    assert target.serves()
    status, lines = target.deploy("PORT", files)
    assert status == 0, lines
    assert not [path for path in target.flash_files() if path.startswith("/device/")]
    assert target.serves()


def test_a_board_that_had_an_image_gets_files_where_the_firmware_has_no_romfs(
    files: Files, make_target: Make
) -> None:
    target = make_target(files, "romfs")
    target.close()
    target = make_target(target.flash(), "generic")
    status, lines = target.deploy("PORT", files)
    assert status == 0, lines
    assert target.files() == files and target.serves()


def test_edited_files_lie_on_top_and_are_told(files: Files, make_target: Make) -> None:
    target = make_target(files, "romfs")
    source = "import device.rtc_state\\ndef set(on): pass\\n"
    execute(target, f"f = open('/device/mine.py', 'w'); f.write('{source}'); f.close()")
    assert execute(target, "from device import mine; print(mine.__file__)") == "/device/mine.py"
    target.power_cycle()
    assert "mine.py" in execute(target, "import os; print(os.listdir('/device'))")
    _, lines = target.deploy("PORT", files)
    assert any(line.startswith("! device/mine.py") for line in lines)
    execute(target, "import os; os.remove('/device/mine.py')")
    assert "mine.py" not in execute(target, "import os; print(os.listdir('/device'))")
    assert client.led(target.board.http) is False


def test_an_edited_module_wins_and_removing_it_brings_the_deployed_one_back(
    files: Files, make_target: Make
) -> None:
    target = make_target(files, "romfs")
    copy = "f = open('/rom/device/led.mpy', 'rb'); x = f.read(); f = open('/device/led.mpy', 'wb')"
    execute(target, copy + "; f.write(x); f.close()")
    listed = (
        "import vfs; print([n for s, p in vfs.mount() if p == '/' for n in s.ilistdir('/device')])"
    )
    assert "led.mpy" in execute(target, listed)
    target.power_cycle()
    assert target.serves()
    execute(target, "import os; os.remove('/device/led.mpy')")
    assert execute(target, listed) == "[]"
    target.power_cycle()
    assert target.serves()


@pytest.mark.parametrize("at", [0, 3, 100, 4095, 20000])
def test_a_damaged_image_leaves_the_one_before_in_use(
    files: Files, make_target: Make, at: int
) -> None:
    target = make_target(files, "romfs")
    target.deploy("PORT", edited(files))
    now, before = record(target)
    target.board.do(lambda chip: chip.power_cut())
    damage(target, now, at)
    target.board.start()
    assert "the image of device/ in flash is damaged" in target.board.console
    assert target.serves()
    status, _ = target.deploy("PORT", edited(files))
    assert status == 0 and target.serves()
    assert record(target)[0].start == now.start  # the damaged half, not the one in use


def test_without_a_whole_image_there_is_a_prompt_and_webrepl(
    files: Files, make_target: Make
) -> None:
    target = make_target(files, "romfs")
    (only,) = record(target)
    target.board.do(lambda chip: chip.power_cut())
    damage(target, only, 200)
    target.board.start()
    assert "damaged" in target.board.console
    status, lines = target.deploy("HOST", files)
    assert status == 0, lines
    assert target.serves()


def test_the_image_in_the_record_is_the_one_in_flash_even_if_no_two_builds_are_alike(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target(files, "romfs")
    build_image, builds = rom.image, itertools.count(1)
    monkeypatch.setattr(rom, "image", lambda x: build_image(x) + b"\xff" * 4 * next(builds))
    assert target.deploy("PORT", edited(files))[0] == 0
    assert target.serves() and next(builds) == 2

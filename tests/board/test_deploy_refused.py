"""`make deploy` where something is in its way: what it says, and that the board is left alone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from deploy_rig import Files, Target, changed, module, old_and_new, variants, ways

from tools import build
from tools.board import connection, session
from tools.deploy import steps
from tools.errors import UserError
from tools.virtual_board import image

Make = Callable[[Files | bytes], Target]


@variants
def test_a_source_that_hides_a_module_is_told_and_left_alone(
    files: Files, make_target: Make
) -> None:
    own = (build.ROOT / "device" / "led.py").read_bytes()
    target = make_target({**files, "/device/led.py": own})
    status, lines = target.deploy("PORT", files)
    assert status == 0 and any(line.startswith("! device/led.py") for line in lines)
    assert target.files()["/device/led.py"] == own


@variants
def test_a_folder_that_hides_a_module_is_told_and_left_alone(
    files: Files, make_target: Make
) -> None:
    target = make_target({**files, "/device/ap_watch/notes.txt": b"mine"})
    status, lines = target.deploy("PORT", files)
    assert status == 0 and any(line.startswith("! device/ap_watch is not") for line in lines)
    assert target.files()["/device/ap_watch/notes.txt"] == b"mine"


@ways
def test_code_that_fails_at_every_request_is_no_deploy_that_serves(
    files: Files, make_target: Make, kind: str
) -> None:
    api = (build.ROOT / "device" / "api.py").read_text()
    broken = api.replace("    if data in _polls:", '    {}["oops"]\n    if data in _polls:')
    assert broken != api
    target = make_target(files)
    new = changed(files, **{"device/api.mpy": build.compile_source("device/api.py", broken)})
    with pytest.raises(UserError, match=r'"device.api", line \d+, in handle KeyError: oops'):
        target.deploy(kind, new)
    assert target.serves() and target.files()["/device/api.mpy"] == files["/device/api.mpy"]


def filling(folder: Path, files: Files, variant: str) -> Files:
    """A file that leaves two sectors of the flash beside these files."""
    image.create(folder / "without.img", files, variant)
    fs, _ = image.mounted((folder / "without.img").read_bytes())
    left = fs.block_count - fs.used_block_count
    return {"/big": os.urandom(1 << 12) * (left - 2 - 2)}  # pointers take some of each sector


@ways
@pytest.mark.parametrize("how", ["none left", "fails in the middle"])
def test_a_full_flash_is_one_line_and_the_old_set_serves(
    files: Files, make_target: Make, tmp_path: Path, kind: str, how: str, variant: str
) -> None:
    old, new = old_and_new(files)
    big = filling(tmp_path, old, variant) if how == "none left" else {}
    target = make_target({**old, **big})

    def fill(_transport: object) -> None:
        if not big:
            target.board.do(lambda chip: chip.flash.fail.update(prog=28))

    with pytest.raises(UserError, match="flash is full") as raised:
        target.deploy(kind, new, fill)
    assert "\n" not in str(raised.value)
    # WebREPL knows no other answer to an error than to end the session, in the raw REPL.
    assert target.serves() and (target.at_its_prompt() or (kind == "HOST" and not big))
    target.board.do(lambda chip: chip.flash.fail.clear())
    if not big:
        assert target.deploy(kind, new)[0] == 0
    assert target.files() == {**(old if big else new), **big}


@ways
def test_a_firmware_that_takes_another_mpy_version_is_refused(
    files: Files, make_target: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target(changed(files, **{"main.py": b"old"}))
    monkeypatch.setattr(steps, "MPY_VERSION", 7)
    with pytest.raises(UserError, match="make flash"):
        target.deploy(kind, files)
    assert target.writes() == 0 and target.at_its_prompt()


@variants
@pytest.mark.parametrize(
    "own", [{"/device": b"cp to a folder that was not there"}, {"/main.py/x": b""}]
)
def test_what_is_in_a_files_way_is_named_before_anything_is_written(
    files: Files, make_target: Make, own: Files, variant: str
) -> None:
    kept = {} if "/device" in own else {"/boot.py": files["/boot.py"]}
    target = make_target({**kept, **own})
    if "/device" in own and variant == "romfs":  # an image is not in the way of a file
        assert target.deploy("PORT", files)[0] == 0 and target.serves()
        return
    before = target.writes()
    with pytest.raises(UserError, match="device/|main.py"):
        target.deploy("PORT", files)
    assert target.writes() == before


@ways
def test_a_deploy_that_was_decided_but_cut_off_is_finished_first(
    files: Files, make_target: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    monkeypatch.setenv("PORT", target.board.serial)
    with session.raw_repl(connection.open_board(None)) as board:
        job = steps.Deploy(board, new, lambda text: None)
        job.survey()
        job.stage()
        job.commit()
    with monkeypatch.context() as dry:
        dry.setenv("DRY_RUN", "1")
        before = target.writes()
        assert target.deploy(kind, new)[0] == 2
        assert target.writes() == before
    status, lines = target.deploy(kind, new)
    assert status == 0 and "cut off" in lines[0]
    assert target.files() == new and target.serves()


@variants
def test_a_switch_that_does_not_start_is_told_with_its_reason(
    files: Files, make_target: Make
) -> None:
    target = make_target(files)
    broken = changed(files, **{"device/switch.mpy": module("raise ValueError('oops')")})
    with pytest.raises(UserError, match="taken the deploy back.*oops"):
        target.deploy("PORT", broken)
    assert target.at_its_prompt()
    assert target.deploy("PORT", files)[0] == 0
    assert target.serves()

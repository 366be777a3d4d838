"""`make watch` on firmware with ROMFS: what is saved lies on top of the image in flash."""

from collections.abc import Callable
from pathlib import Path

import pytest
from deploy_rig import Files, Target
from power_rig import Recorder
from test_deploy_rom import edited
from test_watch import BOTH, edit, page, watching
from tool_rig import copy_project, run, way

from tools import rom
from tools.board import connection, session
from tools.deploy.steps import Deploy

Make = Callable[..., Target]
pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


@BOTH
def test_a_save_lies_on_top_of_the_image_and_the_next_deploy_takes_it_into_one(
    files: Files, make_target: Make, project: Path, kind: str
) -> None:
    target = make_target(files)
    image = target.flash_files()[rom.RECORD]
    with watching(target.board, project, kind) as tool:
        for old, new in (("<", " one<"), (" one<", "<"), ("<", " two<"), (" two<", " three<")):
            edit(project, "device/www/index.html", f"{old}/title>", f"{new}/title>")
            tool.expect("~ device/pages.mpy\n= .* unchanged\n")
            tool.expect("live at")
            assert f"{new}/title>".encode() in page(target.board)
            lies_there = target.flash_files()
            assert ("/device/pages.mpy" in lies_there) is (new != "<")
            assert lies_there[rom.RECORD] == image
    status, shown = run("deploy", project, **way(target.board, kind))
    assert status == 0, shown
    assert "/device/pages.mpy" not in target.flash_files()
    assert b" three</title>" in page(target.board)


def test_a_module_that_is_removed_goes_from_the_image(
    files: Files, make_target: Make, project: Path
) -> None:
    target = make_target(files)
    image = target.flash_files()[rom.RECORD]
    with watching(target.board, project, "PORT") as tool:
        (project / "device/metrics.py").unlink()  # no file on top can do that
        tool.expect("- device/metrics.mpy\n")
        tool.expect("live at")
        assert target.flash_files()[rom.RECORD] != image
        assert "/device/metrics.mpy" not in target.files()


def test_power_lost_while_an_edit_goes_on_top_leaves_the_old_module_or_makes_way_for_the_new(
    files: Files, make_target: Make, tmp_path: Path
) -> None:
    target = make_target(files, "romfs")
    old, recorder = target.flash_files(), Recorder(target)
    with session.raw_repl(connection.open_board(None, target.board.serial)) as board:
        job = Deploy(board, edited(files), lambda text: None, on_top=True)
        job.survey()
        job.apply()
    new = target.flash_files()
    assert new.keys() - old.keys() == {"/device/led.mpy"}
    outcomes = recorder.outcomes(tmp_path, old=old, new=new)
    first = outcomes.index("new")
    assert outcomes == ["old"] * first + ["new"] * (len(outcomes) - first)

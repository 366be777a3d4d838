"""A deploy that does not work undoes itself, with files and with an image."""

from collections.abc import Callable

import pytest
from deploy_rig import KINDS, Files, Target, changed, files_in

from tools import build
from tools.board import connection, session
from tools.errors import UserError
from tools.paths import ROOT

Make = Callable[..., Target]
pytestmark = pytest.mark.slow
variants = pytest.mark.parametrize("variant", ["generic", "romfs"])
kinds = pytest.mark.parametrize("kind", KINDS)


def broken(files: Files, name: str, first: str) -> Files:
    """`files` with this line in front of a module of device/."""
    source = f"{first}\n" + (ROOT / "device" / f"{name}.py").read_text()
    return changed(files, **{f"device/{name}.mpy": build.compile_source(f"{name}.py", source)})


def ours(target: Target) -> Files:
    """The files in flash without what is kept for the way back."""
    return files_in(target.flash())[0]


def undone(target: Target, kind: str, files: Files) -> str:
    """Deploy what cannot work: what the user is told, once the board runs as before."""
    before = ours(target)
    with pytest.raises(UserError) as raised:
        target.deploy(kind, files)
    assert target.serves()
    assert ours(target) == before
    return str(raised.value)


@variants
@kinds
def test_a_module_that_raises_is_taken_back_and_the_reason_told(
    files: Files, make_target: Make, kind: str, variant: str
) -> None:
    target = make_target(files, variant)
    told = undone(target, kind, broken(files, "api", "1 / 0"))
    assert "taken the deploy back" in told and "ZeroDivisionError" in told


@variants
def test_a_module_that_resets_the_board_at_its_import_is_taken_back(
    files: Files, make_target: Make, variant: str
) -> None:
    target = make_target(files, variant)
    told = undone(target, "PORT", broken(files, "api", "import machine; machine.reset()"))
    assert "reset by a program" in told


@variants
def test_a_module_that_is_missing_is_taken_back(
    files: Files, make_target: Make, variant: str
) -> None:
    target = make_target(files, variant)
    told = undone(target, "PORT", changed(files, **{"device/http.mpy": None}))
    assert "ImportError" in told


@variants
def test_a_main_py_that_cannot_be_compiled_is_taken_back(
    files: Files, make_target: Make, variant: str
) -> None:
    target = make_target(files, variant)
    assert "taken the deploy back" in undone(
        target, "PORT", changed(files, **{"main.py": b"if:\n"})
    )


@variants
def test_a_deploy_that_works_is_confirmed_and_no_longer_on_trial(
    files: Files, make_target: Make, variant: str
) -> None:
    target = make_target(files, variant)
    assert (
        target.deploy("PORT", changed(files, **{"main.py": files["/main.py"] + b"# more\n"}))[0]
        == 0
    )
    target.power_cycle()
    assert target.serves()
    with session.raw_repl(connection.open_board(None, target.board.serial)) as transport:
        assert "undo" not in transport.eval("__import__('os').listdir('/.deploy')")


def test_without_a_trial_the_files_stay(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAL", "0")
    target = make_target(files)
    new = broken(files, "api", "1 / 0")
    with pytest.raises(UserError, match="does not run"):
        target.deploy("PORT", new)
    assert target.files() == new


@variants
def test_ten_minutes_without_wifi_take_the_deploy_back(
    files: Files, make_target: Make, variant: str
) -> None:
    target = make_target(files, variant)
    before = ours(target)
    settings = files["/webrepl_cfg.py"].replace(b'"home"', b'"elsewhere"')
    assert settings != files["/webrepl_cfg.py"]
    with pytest.raises(UserError):  # the board is not in the network any more
        target.deploy("HOST", changed(files, **{"webrepl_cfg.py": settings}))
    boots = target.board.chip.boots
    target.board.do(lambda chip: chip.clock.advance(600_000))
    target.board.wait_for(lambda chip: chip.boots > boots)
    assert ours(target) == before and target.serves()

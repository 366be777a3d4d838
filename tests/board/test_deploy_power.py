"""Power lost at every step of a deploy: the board has the old set or the new one, and serves."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from deploy_rig import BLANK, Files, Target, before, changed, module, old_and_new, variants, ways
from mpremote.transport_serial import SerialTransport
from power_rig import Recorder

from tools.board import connection, session
from tools.deploy.steps import Deploy
from tools.errors import UserError

Make = Callable[..., Target]


def decided(outcomes: list[str]) -> int:
    """Where the new set takes over, for good."""
    first = outcomes.index("new")
    assert outcomes == ["old"] * first + ["new"] * (len(outcomes) - first)
    return first


@ways
def test_power_lost_in_or_after_any_write_leaves_the_old_set_or_makes_way_for_the_new(
    files: Files, make_target: Make, tmp_path: Path, kind: str
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    old_flash, recorder = target.flash_files(), Recorder(target)
    assert target.deploy(kind, new)[0] == 0
    outcomes = recorder.outcomes(tmp_path, old=old_flash, new=target.flash_files())
    first = decided(outcomes)
    # What the walk says of the files, a whole board says of the switch.
    for n, found in ((first - 1, old), (first, new), ((first + len(outcomes)) // 2, new)):
        again = make_target(recorder.content(n))
        assert again.serves() and again.files() == found
        again.close()


@variants
def test_power_lost_in_or_after_any_write_of_the_boot_that_finishes_makes_way_for_the_new_set(
    files: Files, make_target: Make, tmp_path: Path
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    with session.raw_repl(connection.open_board(None, target.board.serial)) as board:
        job = Deploy(board, new, lambda text: None)
        job.survey()
        job.stage()
        job.commit()
    recorder = Recorder(target)
    target.power_cycle()
    assert target.serves() and target.files() == new
    outcomes = recorder.outcomes(tmp_path, new=target.flash_files())
    assert outcomes == ["new"] * len(outcomes)


@variants
def test_power_lost_in_a_first_deploy_leaves_the_board_as_it_was_or_makes_way_for_ours(
    files: Files, make_target: Make, tmp_path: Path
) -> None:
    target = make_target(BLANK)
    old = target.flash_files()
    assert list(old) == ["/boot.py"]
    some = {name: files[f"/{name}"] for name in ("boot.py", "main.py", "webrepl_cfg.py")}
    new = changed({}, **some, **{"device/led.mpy": module("a = 1")})
    recorder = Recorder(target)
    with pytest.raises(UserError, match="the switch does not run"):
        target.deploy("PORT", new)
    # The firmware's own boot.py finishes nothing; ours is the first to be put in its place.
    first = decided(recorder.outcomes(tmp_path, old=old, new=target.flash_files()))
    again = make_target(recorder.content(first))
    assert again.files() == new


@ways
def test_who_loses_power_meanwhile_is_told_in_one_line_and_deploys_again(
    files: Files, make_target: Make, kind: str
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)

    def goes_with_the_power(transport: SerialTransport) -> None:
        """As a port on USB does."""
        read = transport.serial.read

        def read_or_fail(n: int = 1) -> bytes:
            end = time.monotonic() + transport.serial.timeout
            while transport.serial.in_waiting < n and time.monotonic() < end:
                if not target.board.chip.powered:
                    raise OSError(5, "Input/output error")
                time.sleep(0.002)
            return read(n)

        if kind == "PORT":
            transport.serial.read = read_or_fail

    def at_the_next_write() -> None:
        target.board.do(lambda chip: setattr(chip.flash, "cut_after", 0))

    for step, found in (("stage", old), ("commit", old), ("finish", new)):
        with before(step, at_the_next_write):
            with pytest.raises(UserError, match="run the same command again") as raised:
                target.deploy(kind, new, goes_with_the_power)
        assert "\n" not in str(raised.value)
        target.board.do(lambda chip: setattr(chip.flash, "cut_after", None))
        target.board.start()
        assert target.serves() and target.files() == found
    assert target.deploy(kind, old)[0] == 0
    assert target.files() == old

"""A module that is gone or broken: the prompt comes, a line names it, its owner gets in."""

import contextlib
import time
from collections.abc import Callable

import pytest
from bench_rig import Bench, joined
from deploy_rig import Files, Target, changed, ways
from fault_rig import answers, boot, prompt_answers

from tools.board.webrepl import Unreachable
from tools.build import ROOT
from tools.errors import UserError
from tools.virtual_board.chip import SOFT_RESTART, WATCHDOG, Chip

# Not loaded here: they want a setting, a missing network, or a deploy on trial.
NOT_LOADED = set(
    "access_point ap_watch lookup trial options auto_off power_on metrics event_log page_more"
    " mqtt mqtt_packets mqtt_switch home_assistant mdns mdns_message"
    " setup setup_dns setup_form setup_join setup_pages".split()
)
LOADED = sorted({path.stem for path in (ROOT / "device").glob("*.py")} - NOT_LOADED | {"pages"})
BROKEN = 'raise ValueError("x")\n'


@pytest.mark.parametrize("module", LOADED)
@pytest.mark.parametrize(
    ("source", "what"),
    [
        (None, "no module named"),
        (BROKEN, "ValueError: x"),
        ("import sys\nsys.exit()\n", "SystemExit"),
    ],
    ids=["gone", "broken", "exits"],
)
def test_without_a_module_the_prompt_comes_with_a_line_and_its_owner_gets_in(
    bench: Bench, module: str, source: str | None, what: str
) -> None:
    bench.boot(module, source)
    # Without the page the API does. The overlay is loaded with ROMFS only.
    if module != "overlay" and (module != "pages" or source):
        assert any(what in line for line in bench.complaints()), bench.complaints()
    joined(bench.board)
    try:
        prompt_answers(bench.board)
    except Unreachable:
        # The firmware's own WebREPL listens to its client a moment after it has asked for the
        # password: an answer that is quicker waits for the next one.
        assert module in ("startup", "config", "connection", "server", "webrepl_server")
        prompt_answers(bench.board)


def test_modules_that_are_not_loaded_may_all_be_broken(bench: Bench) -> None:
    def change(files: Files) -> None:
        for name in NOT_LOADED:
            files.pop(f"/device/{name}.mpy")
            files[f"/device/{name}.py"] = BROKEN.encode()

    bench.lay(change)
    boot(bench.board)
    assert not any("ValueError" in line for line in bench.complaints())
    joined(bench.board)
    assert answers(bench.board) is False
    prompt_answers(bench.board)


@pytest.mark.parametrize("module", ["startup", "rtc_state", "webrepl_server"])
def test_a_module_that_was_cut_short_hangs_the_board_seven_times_and_lets_its_owner_in(
    bench: Bench, module: str
) -> None:
    path = f"/device/{module}.mpy"
    bench.lay(lambda files: files.update({path: files[path][:40]}))
    board = bench.board
    board.do(Chip.power_on)
    for crashes in range(1, 8):
        # The watchdog, which the virtual board does not have.
        board.do(lambda chip: chip.hard_reset(WATCHDOG))
        board.wait_for(lambda chip, n=crashes: chip.rtc_memory[5:6] == bytes((n,)))
    board.wait_for(lambda chip: "7 resets in a row" in "".join(bench.complaints()))
    board.wait_for(lambda chip: chip.stack.listener(8266) is not None)
    joined(board)
    with contextlib.suppress(Unreachable):  # the firmware's own WebREPL, as above
        prompt_answers(board)
    prompt_answers(board)


RESETS = "import machine\nmachine.reset()\n"


@pytest.mark.parametrize("module", ["startup", "led", "server"])
def test_a_module_that_resets_the_board_at_its_import_lets_its_owner_in(
    bench: Bench, module: str
) -> None:
    bench.boot(module, RESETS)
    assert bench.complaints()[-1].startswith("boot: 7 resets in a row: off; mend it")
    joined(bench.board)
    with contextlib.suppress(Unreachable):  # the firmware's own WebREPL, as above
        prompt_answers(bench.board)
    prompt_answers(bench.board)


def test_a_module_of_the_page_that_resets_the_board_at_its_import_ends_in_safe_mode(
    bench: Bench,
) -> None:
    bench.boot("api", RESETS)
    why = "reset by a program, 3 in a row"
    assert bench.complaints()[-1] == f"switch: off ({why}); mend it and reset the board"
    prompt_answers(bench.board)
    boot(bench.board, lambda chip: chip.hard_reset(SOFT_RESTART))  # over WebREPL, say
    assert why in bench.complaints()[-1]  # it did try again: nothing had been mended


@ways
@pytest.mark.parametrize("module", ["startup", "api"])
def test_a_deploy_mends_a_board_that_resets_itself_again_and_again(
    files: Files,
    make_target: Callable[[Files], Target],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    module: str,
) -> None:
    monkeypatch.setenv("TRIAL", "0")  # or the board would take it back
    source = {f"device/{module}.mpy": None, f"device/{module}.py": RESETS.encode()}
    target = make_target(files)
    with pytest.raises(UserError) as error:
        target.deploy(kind, changed(files, **source))
    assert "the files are on the board, but" in str(error.value)
    start = time.monotonic()
    assert target.deploy(kind, files)[0] == 0
    assert time.monotonic() - start < 30
    assert answers(target.board) is False
    assert target.board.do(lambda chip: chip.rtc_memory[5]) == 0


@pytest.mark.parametrize("line", ["raise SystemExit", "import sys; sys.exit()"])
def test_settings_that_exit_are_a_line_and_the_switch_serves(bench: Bench, line: str) -> None:
    def exits(files: Files) -> None:
        files["/webrepl_cfg.py"] += f"{line}\n".encode()

    bench.lay(exits)
    boot(bench.board)
    assert any("webrepl_cfg.py" in said and "SystemExit" in said for said in bench.complaints())
    assert bench.board.do(lambda chip: chip.stack.listener(80)) is not None


def test_with_the_files_mended_the_switch_is_back(bench: Bench) -> None:
    bench.boot("server", BROKEN)
    bench.boot()
    assert answers(bench.board) is False

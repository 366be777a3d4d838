"""A module that is gone or broken: the prompt comes, a line names it, its owner gets in."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deploy_rig import KINDS, Files, Target, changed
from fault_rig import HOME, answers, boot, complaints, prompt_answers

from tools.board.webrepl import Unreachable
from tools.build import ROOT
from tools.errors import UserError
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import SOFT_RESTART, WATCHDOG, Chip
from tools.virtual_board.hardware.wlan import Air

# Loaded only for want of a network, with ROMFS, while a deploy is on trial, with some settings.
NOT_ALWAYS = (
    "ap_watch overlay trial options auto_off power_on metrics event_log page_more "
    "mqtt mqtt_packets mqtt_switch home_assistant mdns mdns_message "
    "setup setup_dns setup_form setup_join setup_pages"
).split()
MODULES = sorted(
    [path.stem for path in (ROOT / "device").glob("*.py")] + ["pages", "page_more", "setup_pages"]
)


class Bench:
    """One board that gets other files again and again."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self._folder, self._tree = folder, tree
        image.create(folder / "flash.img", tree)
        self.board = VirtualBoard(folder / "flash.img", air=Air(HOME))
        self._mark = 0

    def boot(self, module: str = "", source: str | None = None) -> None:
        """Boot with `module` gone, or with another source."""

        def change(compiled: Path) -> None:
            compiled.unlink()
            if source:
                compiled.with_suffix(".py").write_text(source)

        self.lay(module, change)
        boot(self.board)

    def lay(self, module: str, change: Callable[[Path], object]) -> None:
        """Switch it off, and have its files anew, after change(path) of that of `module`."""
        tree = self._folder / "tree"
        shutil.copytree(self._tree, tree)
        if module:
            change(tree / f"device/{module}.mpy")
        image.create(self._folder / "new.img", tree)
        shutil.rmtree(tree)
        self.board.do(Chip.power_cut)
        (self._folder / "flash.img").write_bytes((self._folder / "new.img").read_bytes())
        self._mark = len(complaints(self.board))

    def complaints(self) -> list[str]:
        """What the last boot said."""
        return complaints(self.board)[self._mark :]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("bench"), bundle)
    bench.boot()  # the SDK knows the network from now on
    yield bench
    bench.board.close()


def joined(board: VirtualBoard) -> None:
    """Wait for the network, as boot.py does not where the SDK joins it by itself."""
    board.wait_for(lambda chip: chip.wlan.isconnected(0))


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    ("source", "what"),
    [
        (None, "no module named"),
        ('raise ValueError("x")\n', "ValueError: x"),
        ("import sys\nsys.exit()\n", "SystemExit"),
    ],
    ids=["gone", "broken", "exits"],
)
def test_without_a_module_the_prompt_comes_with_a_line_and_its_owner_gets_in(
    bench: Bench, module: str, source: str | None, what: str
) -> None:
    bench.boot(module, source)
    # Without the page the API does.
    if module not in NOT_ALWAYS and (module != "pages" or source):
        assert any(what in line for line in bench.complaints()), bench.complaints()
    joined(bench.board)
    try:
        prompt_answers(bench.board)
    except Unreachable:
        # The firmware's own WebREPL listens to its client a moment after it has asked for the
        # password: an answer that is quicker waits for the next one.
        assert module in ("startup", "config", "connection", "server", "webrepl_server")
        prompt_answers(bench.board)


@pytest.mark.parametrize("module", ["startup", "rtc_state", "webrepl_server"])
def test_a_module_that_was_cut_short_hangs_the_board_seven_times_and_lets_its_owner_in(
    bench: Bench, module: str
) -> None:
    bench.lay(module, lambda path: path.write_bytes(path.read_bytes()[:40]))
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


@pytest.mark.parametrize("kind", KINDS)
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
    def exits(compiled: Path) -> None:
        path = compiled.parent.parent / "webrepl_cfg.py"
        path.write_text(path.read_text() + line + "\n")

    bench.lay("led", exits)
    boot(bench.board)
    assert any("webrepl_cfg.py" in said and "SystemExit" in said for said in bench.complaints())
    assert bench.board.do(lambda chip: chip.stack.listener(80)) is not None


def test_with_the_files_mended_the_switch_is_back(bench: Bench) -> None:
    bench.boot("server", 'raise ValueError("x")\n')
    bench.boot()
    assert answers(bench.board) is False

"""Boards to deploy to, sets of files to deploy, and ways to go wrong between the two."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import client
import pytest
from mpremote.transport_serial import SerialTransport
from rom_rig import logical

from tools import build, inputs
from tools.board import connection
from tools.deploy import __main__ as tool
from tools.deploy import plan
from tools.deploy.steps import Deploy
from tools.deploy.wanted import Wanted
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware import wlan
from tools.virtual_board.hardware.flash import DEFAULT, VARIANTS
from tools.virtual_board.hardware.wlan import Air

Files = dict[str, bytes]
KINDS = ["PORT", "HOST"]
# Of the firmware: device/ as files, and as an image. A test that uses make_target runs on both.
variants = pytest.mark.parametrize("variant", ["generic", "romfs"])
# Each wire once, and files and ROMFS once, where what one does is the same with the other.
ways = pytest.mark.parametrize(("kind", "variant"), [("PORT", "generic"), ("HOST", "romfs")])
BLANK = b"\xff" * VARIANTS[DEFAULT].size  # the flash of a board that has just got its firmware


def changed(files: Files, **changes: bytes | None) -> Files:
    """`files` with these contents, by path without the first slash; None removes one."""
    new = {**files, **{f"/{path}": content for path, content in changes.items()}}
    kept = {path: x for path, x in new.items() if x is not None and path != plan.MANIFEST}
    return {**kept, plan.MANIFEST: plan.manifest(kept)}


def module(source: str) -> bytes:
    """A compiled module."""
    return build.compile_source("x.py", source)


def old_and_new(files: Files) -> tuple[Files, Files]:
    """Two sets: one file is new, in a new folder, two change, one goes, and one gets compiled."""
    old = changed(files, **{"device/gone.mpy": module("a = 1"), "device/pair.py": b"a = 3\n"})
    led = (build.ROOT / "device" / "led.py").read_text() + "\n_NEW = 1\n"
    new = {
        "main.py": files["/main.py"] + b"# new\n",
        "device/led.mpy": module(led),
        "device/more/new.mpy": module("a = 2"),
        "device/gone.mpy": None,
        "device/pair.py": None,
        "device/pair.mpy": module("a = 3"),
    }
    return old, changed(old, **new)


@contextlib.contextmanager
def before(step: str, action: Callable[[], object]) -> Iterator[None]:
    """action() before this step of a deploy, a method of Deploy."""
    really = getattr(Deploy, step)

    def and_then(job: Deploy, *arguments: object) -> object:
        action()
        return really(job, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Deploy, step, and_then)
        yield


def files_in(content: bytes) -> tuple[Files, bool]:
    """(files, whether a deploy is recorded) of a flash image after LittleFS has put in order what
    a power cut left, as the board does at boot. What is staged is left out.
    """
    fs, _ = image.mounted(content)
    with contextlib.suppress(FileNotFoundError):
        fs.remove("/none")
    found: Files = {}
    for folder, _, names in fs.walk("/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            with fs.open(path, "rb") as f:
                found[path] = f.read()
    ours = {p: x for p, x in found.items() if p == plan.MANIFEST or not p.startswith("/.deploy/")}
    return ours, "/.deploy/commit" in found


class Target:
    """A virtual board with these files, or this content of its flash, and the tool for it."""

    def __init__(self, path: Path, content: Files | bytes, variant: str = DEFAULT) -> None:
        self.path = path
        if isinstance(content, bytes):
            path.write_bytes(content[: VARIANTS[variant].size])
        else:
            image.create(path, content, variant)
        self._closed = False
        self.board = VirtualBoard(path, variant, air=Air({"home": "correct horse"}))

    def deploy(
        self,
        kind: str,
        files: Files,
        opened: Callable[[SerialTransport], object] = lambda transport: None,
    ) -> tuple[int, list[str]]:
        """(exit status, what it says), by "PORT" or "HOST"; opened(transport) may meddle."""
        host = urlsplit(self.board.webrepl).netloc if kind == "HOST" else None
        lines: list[str] = []
        really_open = connection.open_board

        def open_board(*way: str | None) -> SerialTransport:
            transport = really_open(*way)
            opened(transport)
            return transport

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PORT", self.board.serial)
            patch.setattr(connection, "open_board", open_board)
            status = tool.deploy(host, Wanted(files, []), lines.append, lambda text: None)
        return status, lines

    def flash(self) -> bytes:
        """What is in the flash now."""
        return self.path.read_bytes()

    def files(self) -> Files:
        """The files that the board has now, in its image or not; no deploy may be recorded."""
        return logical(self.flash_files(), self.flash())

    def flash_files(self) -> Files:
        """Those that lie in the flash as files."""
        files, recorded = files_in(self.flash())
        assert not recorded
        return files

    def writes(self) -> int:
        """How many flash operations there were."""
        return self.board.do(lambda chip: chip.flash.writes)

    def power_cycle(self) -> None:
        """Power off and on, and wait for the prompt."""
        self.board.do(lambda chip: chip.power_cut())
        self.board.start()

    def close(self) -> None:
        """Let go of it; more than once does no harm."""
        if not self._closed:
            self._closed = True
            self.board.close()

    def at_its_prompt(self) -> bool:
        """Whether a person may type there; False in the raw REPL."""
        return self.board.do(lambda chip: not chip.terminal.repl.raw)

    def serves(self) -> bool:
        """Whether the switch answers."""
        return client.led(self.board.http) in (True, False)


@pytest.fixture
def variant() -> str:
    """The firmware's; a test says which, or `variants`."""
    return DEFAULT


@pytest.fixture
def make_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variant: str
) -> Iterator[Callable[[Files | bytes], Target]]:
    """make_target(content): a Target that has booted. The PC's webrepl_cfg.py is client.CONFIG."""
    (tmp_path / "webrepl_cfg.py").write_text(client.CONFIG)
    monkeypatch.setattr(inputs, "config_file", lambda virtual: tmp_path / "webrepl_cfg.py")
    monkeypatch.setattr(wlan, "_JOIN_MS", 0)
    number, targets = itertools.count(), []

    def make(content: Files | bytes, variant: str = variant) -> Target:
        target = Target(tmp_path / f"{next(number)}.img", content, variant)
        targets.append(target)
        target.board.start()
        return target

    yield make
    for target in targets:
        target.close()


@pytest.fixture(scope="session")
def files(bundle: Path) -> Files:
    """The bundle, as a deploy has it."""
    return plan.files(bundle)

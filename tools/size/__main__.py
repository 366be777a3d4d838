"""`make size`: every budget with its present figure; status 1 where one is over its budget."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools import build, build_pages
from tools.bench import client
from tools.bench.callgrind import Counted
from tools.bench.server import MICRODOT, SWITCH, compile_all
from tools.boot_only import boot_only
from tools.errors import UserError, main
from tools.size import board, kept, pieces, wasm
from tools.size.setups import SETUPS
from tools.size.table import Table
from tools.virtual_board.vm.process import interpreter

_INSIDE = Path(__file__).parent / "inside.py"
_STAND_INS = build.ROOT / "tools" / "bench" / "baselines"
_TREE = build.ROOT / "build" / "size"
_HEAP = "1M"  # so that nothing is collected in between

# As they come at boot: each pays for what it is the first to need. Then what booting drops.
_KEPT = ("rtc_state", "led", "http", "connection", "server", "webrepl_server", "button")
_KEPT += ("access", "status", "pages", "api")
# Kept where our access point came up, with ROMFS, and while a deploy is on trial.
_AT_TIMES = ("ap_watch", "overlay", "trial")
# Kept while setup lasts, and then in place of pages.
_AT_TIMES += ("setup_pages", "setup_dns", "setup_form", "setup_join", "setup")
# Kept where their settings are on.
_OPTIONAL = ("lookup", "mqtt_packets", "mqtt_switch", "mqtt", "home_assistant")
_OPTIONAL += ("auto_off", "power_on", "metrics", "event_log", "page_more", "mdns_message", "mdns")

# Budgets go down, never up, without a reason in the commit.
PROGRAM = 512  # bytes that a tool's program may ask for in one piece
RESPONSE = build_pages.MAX_RESPONSE  # bytes: one send, with room for the FIN
STACK = 5000  # bytes with 64-bit words, of which the chip's 8 KiB would be 16
INSTRUCTIONS = 31_000
SHARE = 33  # of Microdot's instructions, one
BOOT = 2.0  # s
DEPLOY = 3.0  # s
ALLOCATED = {"GET /led, seen before": 200}  # bytes a request


def _refuse_unknown(tree: Path) -> None:
    there = {path.stem for path in (tree / "device").iterdir()}
    known = {*_KEPT, *_AT_TIMES, *_OPTIONAL, *boot_only()}
    if wrong := sorted(there ^ known):
        raise UserError(
            f"modules of device/ and their lists do not agree: {', '.join(wrong)}",
            "see tools/size/__main__.py, and _BOOT_ONLY in device/switch.py",
        )


def _chip(table: Table, tree: Path, programs: list[str]) -> None:
    # Not divided by anything: the bundle of November 2026 kept 22,376 bytes here, and 22,832 on a
    # 32-bit build with the chip's own configuration.
    try:
        wasm.install()
    except wasm.Missing as error:
        table.title(f"32-bit heap: left out: {error}")
        return
    table.title("heap of each module as it is imported, 32-bit bytes (WebAssembly build)")
    notes = dict.fromkeys(_KEPT, "") | dict.fromkeys(_AT_TIMES, "  (at times)")
    notes |= dict.fromkeys(_OPTIONAL, "  (optional)")
    notes |= dict.fromkeys(boot_only(), "  (boot only)")
    for name, taken in kept.modules(tree, tuple(notes)):
        table.row(name + notes[name], taken)
    table.title("serving, with device/ as files and in ROMFS; 32-bit (WebAssembly build)")
    for setup in SETUPS:
        budgets = {"files": setup.files, "ROMFS": setup.rom}
        for kind, serving in kept.both(tree, setup.settings).items():
            table.row(f"heap kept, {setup.what}, {kind}", serving.heap, budgets[kind])
            table.row("  names interned", serving.names)
            table.row("  names left before a pool of 2 KB opens", serving.names_left)
    table.title("largest allocation in one piece, 32-bit bytes (WebAssembly build)")
    for piece in pieces.of_programs(tree, programs, PROGRAM):
        table.row(f"tool's program: {piece.what}", piece.bytes, piece.allowed)
    (style,) = [path for path in kept.paths(tree) if path.endswith(".css")]
    for piece in pieces.of_requests(tree, style):
        table.row(piece.what, piece.bytes, piece.allowed)


def _virtual_board(table: Table) -> list[str]:
    measured = board.measure()
    table.title("serving on the virtual board, 64-bit bytes of 46,000")
    table.row("heap kept", measured.kept)
    # Without a budget: it differs by 2 KB from boot to boot.
    table.row("largest free piece", measured.piece)
    table.title("time on the virtual board, s")
    table.row("power to prompt, serving", measured.boot, BOOT)
    table.row("deploy that finds nothing to do", measured.deploy, DEPLOY)
    table.row("  what it writes, flash operations", measured.written, 0)
    return measured.programs


def _requests(table: Table, tree: Path) -> None:
    done = subprocess.run(
        [interpreter(), "-X", f"heapsize={_HEAP}", str(_INSIDE)],
        env={"MICROPYPATH": f"{tree}:{_STAND_INS}:.frozen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode:
        raise UserError(f"{_INSIDE.name}: {done.stdout}{done.stderr}", "mend what it names")
    *kinds, (_, stack) = [line.split(" ", 2) for line in done.stdout.splitlines()]
    table.title("allocated by a request, accept and close included, 64-bit bytes")
    for taken, _, name in kinds:
        table.row(name, int(taken), ALLOCATED.get(name))
    table.title("limits of a request, bytes")
    table.row("largest response", max(int(length) for _, length, _ in kinds), RESPONSE)
    table.row("stack from the callback to the light, 64-bit", int(stack), STACK)


def _instructions(tree: Path, name: str) -> float:
    with Counted(tree, name) as counted:

        def ask(times: int) -> None:
            for _ in range(times):
                client.crowd(counted.server, 1)

        ask(3)  # what is done once is done then
        return counted.each(ask, 100, 300)


def _compared(table: Table) -> None:
    table.title("instructions for one GET /led with the headers that curl sends")
    try:
        tree = compile_all(_TREE / "baselines")
        switch, microdot = (_instructions(tree, name) for name in (SWITCH, MICRODOT))
    except UserError as error:
        if shutil.which("valgrind"):
            raise
        print(f"  left out: {error}")
        return
    table.row("the switch", switch, INSTRUCTIONS)
    table.row("Microdot's are so many times as many", microdot / switch, SHARE, least=True)


def _run() -> int:
    shutil.rmtree(_TREE, ignore_errors=True)
    tree = build.build(_TREE / "board")
    _refuse_unknown(tree)
    table = Table()
    table.title("flash, bytes")
    sizes = {path: path.stat().st_size for path in sorted(tree.rglob("*")) if path.is_file()}
    for path, size in sizes.items():
        table.row(path.relative_to(tree).as_posix(), size)
    table.row("all of the bundle", sum(sizes.values()))
    (tree / build.CONFIG).write_text(board.CONFIG)
    programs = _virtual_board(table)
    _chip(table, tree, programs)
    _requests(table, tree)
    _compared(table)
    if table.over:
        raise UserError(f"{table.over} over budget", "the lines above that end in OVER say which")
    return 0


if __name__ == "__main__":
    main(_run)

"""A program on the virtual board finds nothing of the PC: from the prompt, from a file on the
board, at import, by any name. What the system denies below that: tests/test_virtual_sandbox.py."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import client
import pytest

from tools.board import connection, session
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.flash import DEFAULT, VARIANTS
from tools.virtual_board.vm import process

# Names of the PC's that none of the chip's modules has.
FORBIDDEN = (
    "system getenv putenv VfsPosix VfsLfs1 AF_UNIX inet_pton tcgetattr setraw bytearray_at "
    "bytes_at mem8 mem32 func start_new_thread __import__"
).split()
# Tries every name in every way, and prints what is found that should not be.
SEARCH = f"""
import sys

def look(name, module):
    for bad in {FORBIDDEN!r}:
        if hasattr(module, bad):
            print("FOUND", name, bad)

def search(names):
    tried = 0
    for name in names:
        for full in (name, "u" + name, name[1:]):
            for attempt in (
                lambda: __import__(full),
                lambda: __import__(full, None, None, ("x",)),
                lambda: __import__("", {{"__name__": full, "__path__": ""}}, None, ("x",), 1),
                lambda: __import__(full, {{"__name__": "a.b"}}, None, None, 1),
                lambda: exec("import " + full + " as m\\nlook(" + repr(full) + ", m)"),
            ):
                try:
                    look(full, attempt())
                except (ImportError, SyntaxError, ValueError):
                    pass
                tried += 1
    print("tried", tried)
"""


def bare(tree: Path) -> None:
    """No switch: its heap is for the search."""
    for name in ("boot.py", "main.py"):
        (tree / name).write_text("")


def names() -> list[str]:
    """All that is built into this MicroPython, and what other builds have on top."""
    shown = subprocess.run([process.interpreter(), "-c", "help('modules')"], capture_output=True)
    found = re.findall(r"[\w/]+", shown.stdout.decode().rpartition("Plus")[0])
    assert "termios" in found and "vfs" in found
    # `asyncio` and `mip` open connections when they are used, through the board's `socket`.
    return sorted({name.partition("/")[0] for name in found} | {"ffi", "jni", "btree", "usb"})


@pytest.mark.parametrize("emptied", [False, True], ids=["", "sys.modules emptied"])
def test_the_prompt_finds_nothing_of_the_pc(
    make_board: Callable[..., VirtualBoard], emptied: bool
) -> None:
    board = make_board(bare)
    shown = b""
    with session.raw_repl(connection.open_board(None, board.serial)) as transport:
        transport.exec(SEARCH)
        for name in names():  # one by one: together they do not fit into the heap
            if emptied:
                transport.exec("sys.modules.clear()")
            shown += transport.exec(f"search([{name!r}])")
    assert b"FOUND" not in shown
    assert shown.count(b"tried 15") == len(names())


WALK = f"""
import sys
waiting = [(name, sys.modules[name]) for name in sys.modules]
waiting += [(name, globals()[name]) for name in dir()] + [("import", __import__)]
seen = [set() for _ in range(32)]  # small ones, since the heap is in pieces
while waiting:
    path, x = waiting.pop()
    part = seen[id(x) // 32 % len(seen)]
    if id(x) in part:
        continue
    part.add(id(x))
    for bad in {FORBIDDEN!r}:
        if hasattr(x, bad):
            print("FOUND", path, bad)
    things = getattr(x, "__dict__", None) or getattr(x, "__globals__", None) or {{}}
    for name in things:
        if type(things[name]) in (type(sys), type(lambda: 0)):
            waiting.append((name, things[name]))
print("seen", sum(len(part) for part in seen))
"""


def test_no_module_leads_to_one_of_the_pcs(make_board: Callable[..., VirtualBoard]) -> None:
    """Through what is in modules, and what functions have as their globals."""
    board = make_board(lambda tree: (tree / "main.py").write_text(WALK))
    assert "FOUND" not in board.console
    assert (found := re.search(r"seen (\d+)", board.console)), board.console
    assert int(found[1]) > 100


def test_a_file_on_the_board_finds_nothing_of_the_pc(
    make_board: Callable[..., VirtualBoard], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("qqSECRETqq")
    program = SEARCH + f"search({names()!r})\n"
    program += f"""
import os
def opens(path):
    try:
        print("FOUND", open(path).read())
    except OSError as e:
        print("no", path, e.errno)
opens({str(secret)!r})
print(os.getcwd(), sorted(os.listdir("/")))
os.umount("/")
opens({str(secret)!r})
opens("/etc/passwd")
"""

    def change(tree: Path) -> None:
        (tree / "boot.py").write_text("import attack\n")  # at import, that is
        (tree / "main.py").write_text("")
        (tree / "attack.py").write_text(program)
        # Names that are built in stay so, whatever lies on the flash.
        (tree / "ffi.py").write_text("")
        (tree / "uos.py").write_text("")

    board = make_board(change)
    assert "FOUND" not in board.console and "qq" not in board.console.replace(str(secret), "")
    assert f"tried {15 * len(names())}" in board.console
    assert board.console.count(f"no {secret} ") == 2 and "no /etc/passwd 19" in board.console
    assert "'attack.py'" in board.console and "'etc'" not in board.console


def test_a_file_on_the_board_may_have_any_name(make_board: Callable[..., VirtualBoard]) -> None:
    def change(tree: Path) -> None:
        (tree / "pack" / "sub").mkdir(parents=True)
        (tree / "pack" / "__init__.py").write_text("from . import one\nfrom .one import ONE\n")
        (tree / "pack" / "one.py").write_text("from .sub.two import TWO\nONE = 1 + TWO\n")
        (tree / "pack" / "sub" / "two.py").write_text("from .. import __name__ as up\nTWO = 2\n")
        (tree / "main.py").write_text(
            "import pack.sub.two\nfrom pack import one, ONE\n"
            "print('sum', one.ONE + ONE + pack.sub.two.TWO, pack.sub.two.up)\n"
            "import asyncio\nasyncio.run(asyncio.sleep(0))\nprint('asyncio')\n"
        )

    console = make_board(change).console
    assert "sum 8 pack" in console and "asyncio" in console, console


def test_a_program_cannot_make_the_chip_touch_the_pc(board: VirtualBoard) -> None:
    """By messages that no module of the firmware sends."""
    path = Path(board.do(lambda chip: os.readlink(f"/proc/self/fd/{chip.flash._file}")))
    program = f"""
import network, machine
link = machine.link
for name in ("__setattr__", "__init__", "_join", "power_up", "__class__", "air"):
    try:
        print("FOUND", network._ask(name, "address", "x"))
    except OSError as e:
        print("no", name, e.errno)
size = {VARIANTS[DEFAULT].size}
print("prog", link.flash(link.FLASH_PROG, size, 0, b"x", bytearray(0)))
print("prog", link.flash(link.FLASH_PROG, -4096, 0, b"x", bytearray(0)))
print("erase", link.flash(link.FLASH_ERASE, size, 0, bytearray(0), bytearray(0)))
print("read", link.flash(link.FLASH_READ, size, 64, bytearray(0), bytearray(64)))
"""
    with session.raw_repl(connection.open_board(None, board.serial)) as transport:
        shown = transport.exec(program).decode()
    assert "FOUND" not in shown and shown.count("no ") == 6, shown
    assert shown.count(" -22") == 4, shown
    assert path.stat().st_size == VARIANTS[DEFAULT].size
    assert client.led(board.http) is False


def test_a_program_cannot_end_or_read_the_board_that_runs_it(board: VirtualBoard) -> None:
    """Nothing is open in the interpreter but its wires."""
    (child,) = board.do(lambda chip: [chip._run._vm._child.pid])
    open_files = {os.readlink(path) for path in Path(f"/proc/{child}/fd").iterdir()}
    assert open_files <= {"/dev/null"} | {
        name for name in open_files if name.startswith(("pipe:", "socket:"))
    }
    assert len([name for name in open_files if name.startswith("socket:")]) == 2
    environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
    assert {line.partition(b"=")[0] for line in environment if line} == {b"WIRE", b"TZ"}

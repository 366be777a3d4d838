"""A heap in small pieces, as the chip's is after a while: the tools get their work done in it."""

import ast
import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import client
import pytest
from deploy_rig import BLANK, KINDS, Files, Target, changed, module
from fault_rig import log_in
from mpremote.transport_serial import SerialTransport

from tools import info
from tools.board import calls, connection, session
from tools.errors import UserError
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.vm.calls import HEAP

Make = Callable[[Files | bytes], Target]
# Firmware without ROMFS: device/ as files leaves less than half of what an image does.
pytestmark = pytest.mark.parametrize("variant", ["generic"])
kinds = pytest.mark.parametrize("kind", KINDS)
HOLES = module(Path(__file__).with_name("holes.py").read_text())
LARGEST = 2304  # bytes: what becomes free later may lie beside a piece
BLOCK = 32  # bytes, with words of 64 bits
_FREE = rb"(?s) free: (\d+)\r.* max free sz: (\d+)\r"


def typed(board: VirtualBoard, line: bytes, answer: bytes) -> re.Match[bytes]:
    """What the board answers to `line` at its prompt."""
    mark, told = len(board.console), []
    board.do(lambda chip: chip.terminal.put(line + b"\r"))
    board.wait_for(
        lambda chip: told.extend(re.finditer(answer, board.printed_since(mark))) or bool(told)
    )
    return told[0]


def free(board: VirtualBoard) -> tuple[int, int]:
    """Free heap, and its largest piece."""
    ask = b"import gc,micropython;gc.collect();micropython.mem_info()"
    total, blocks = map(int, typed(board, ask, _FREE).groups())
    return total, blocks * BLOCK


@pytest.fixture
def target(files: Files, make_target: Make, kind: str) -> Iterator[Target]:
    """It serves, somebody is logged in over WiFi, who over "HOST" is the tool, and its heap is in
    small pieces.
    """
    target = make_target({**files, "/holes.mpy": HOLES})
    client.led(target.board.http)
    session = log_in(target.board) if kind == "PORT" else None
    assert int(typed(target.board, b"import holes", rb"holes (\d+)\r")[1]) >= 6
    total, largest = free(target.board)
    assert total > 8000 and largest <= LARGEST
    yield target
    if session:
        session.close()


def opened(target: Target, kind: str) -> contextlib.AbstractContextManager[SerialTransport]:
    """The target's raw REPL, as a tool opens it."""
    host = urlsplit(target.board.webrepl).netloc if kind == "HOST" else None
    return session.raw_repl(connection.open_board(host, target.board.serial))


def test_the_free_heap_is_one_piece_at_the_start_and_all_of_it_is_the_programs(
    make_target: Make,
) -> None:
    total, largest = free(make_target(BLANK).board)
    assert HEAP - 1024 < total <= HEAP
    assert largest > 0.9 * total


@kinds
def test_info_tells_all_from_a_heap_in_pieces_and_leaves_nothing_behind(
    files: Files, target: Target, kind: str
) -> None:
    for _ in range(3):
        with opened(target, kind) as transport:
            facts = info.facts(transport)
            compared = info.files(transport, files)
        assert facts["heap_block"] <= LARGEST and facts["status"]["last_error"] == ""
        assert compared == f"all {len(files) - 1} as they are here"
    assert client.led(target.board.http) in (True, False)


@kinds
def test_a_deploy_that_finds_nothing_to_do_fits_into_a_heap_in_pieces(
    files: Files, target: Target, kind: str
) -> None:
    for _ in range(3):
        status, lines = target.deploy(kind, files)
        assert status == 0 and lines[0] == f"= {len(files)} unchanged"
    assert target.writes() == 0


@kinds
def test_a_deploy_of_every_file_fits_into_a_heap_in_pieces(
    files: Files, target: Target, kind: str
) -> None:
    new = {path[1:]: content + b"\0" for path, content in files.items() if path.endswith(".mpy")}
    new |= {"main.py": files["/main.py"] + b"# new\n"}
    wanted = changed(files, **new)
    assert target.deploy(kind, wanted)[0] == 0
    assert target.files() == {**wanted, "/holes.mpy": HOLES}
    assert target.serves()


def fail(number):
    import json

    raise ValueError(json.dumps(number))


@kinds
def test_what_raises_on_the_board_leaves_nothing_behind(target: Target, kind: str) -> None:
    def names() -> set[str]:
        with opened(target, kind) as transport:
            return set(ast.literal_eval(transport.exec("print(dir())").decode()))

    before = names()
    with pytest.raises(UserError, match="ValueError: 7"), opened(target, kind) as transport:
        calls.run(transport, fail, 7)
    assert names() == before

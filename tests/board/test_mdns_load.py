"""What mDNS takes: of time, while the network is busy, and of the heap, on or off."""

import random
import re
import time
from collections.abc import Callable, Iterator

import pytest
from deploy_rig import KINDS, Files, Target, changed
from fault_rig import HOME, answers, complaints, heap, heap_is_back
from mdns_cases import RESPONSE, UNICAST, message, question, record
from named_rig import (
    ADDRESS,
    addresses,
    start,
    start_over,
    status,
    turn_on,
)

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air
from tools.virtual_board.udp.peer import Peer

FLOOD_S = 5  # s; 60 makes the long run
RATE = 100  # messages a second
KEPT = 1024  # bytes of heap


def noise(seed: int) -> Iterator[bytes]:
    """What a busy house sends, and what somebody sends who wants to do harm."""
    chance = random.Random(seed)
    own = b"\x04lamp\x05local\0"
    big = record(b"\x04_tv\x05local\0", 16, chance.randbytes(1440))
    while True:
        yield from (
            message([question(own)]),
            message([question(own, flag=UNICAST)]),
            message([question(b"\xc0\x0c", 255)] * 200),
            message([question(b"\x3f" + b"a" * 63 + b"\xc0\x0c")] * 20),
            message(answers=[big], flags=RESPONSE),
            message([question(own)], [big]),
            chance.randbytes(chance.randrange(1, 1473)),
            b"\0" * 1472,
            message([question(b"\x05_http\x04_tcp\x05local\0", 12)]),
            message(answers=[record(own, value=b"\xc0\xa8\x01")] * 40, flags=RESPONSE),
        )


def test_under_a_hundred_messages_a_second_it_serves_and_keeps_nothing_of_them(
    mdns_board: VirtualBoard, phone: Peer
) -> None:
    start(mdns_board)
    messages = noise(1)
    for _ in range(50):  # first, what is allocated once
        phone.send(next(messages))
    before, free = mdns_board.do(lambda chip: (chip.boots, chip.stack.misuse)), heap(mdns_board)
    begun = time.monotonic()
    sent = asked = 0
    while (now := time.monotonic() - begun) < FLOOD_S:
        while sent < now * RATE:
            phone.send(next(messages))
            sent += 1
        assert answers(mdns_board) is False
        asked += 1
        time.sleep(0.01)
    print(f"{sent} messages, {asked} requests, {heap(mdns_board)} of {free} bytes free")
    heap_is_back(mdns_board, free, KEPT)
    assert mdns_board.do(lambda chip: (chip.boots, chip.stack.misuse)) == before
    assert start_over(mdns_board) == "lamp.local" and complaints(mdns_board)
    while phone.waiting():
        phone.receive()
    assert addresses(phone, "lamp") == [ADDRESS]


def test_while_it_is_off_nothing_of_it_is_loaded(make_board: Callable[..., VirtualBoard]) -> None:
    board = make_board(air=Air(dict(HOME)))
    assert "mdns" not in status(board)
    board.do(
        lambda chip: chip.terminal.put(b"import sys;[m for m in sys.modules if 'mdns' in m]\r")
    )
    board.wait_for(lambda chip: re.search(r"\r\n\[\]\r", board.console))


@pytest.mark.parametrize("kind", KINDS)
def test_with_romfs_there_is_room_for_a_deploy_of_every_file_while_it_is_on(
    files: Files, make_target: Callable[..., Target], kind: str
) -> None:
    config = files["/webrepl_cfg.py"] + b"MDNS = True\n"
    old = changed(files, **{"webrepl_cfg.py": config})
    target = make_target(old, "romfs")
    assert target.serves() and start_over(target.board) == "lamp.local"
    new = {path[1:]: content + b"\0" for path, content in old.items() if path.endswith(".mpy")}
    status, lines = target.deploy(
        kind, changed(old, **new, **{"main.py": old["/main.py"] + b"#\n"})
    )
    assert status == 0, lines
    assert target.serves() and start_over(target.board) == "lamp.local"


def test_on_firmware_without_romfs_a_line_says_that_it_is_off_and_the_switch_serves(
    make_board: Callable[..., VirtualBoard],
) -> None:
    board = make_board(turn_on, variant="generic", air=Air(dict(HOME)))
    assert "mdns" not in status(board)
    assert "mdns is off: ImportError: " in status(board)["last_error"]

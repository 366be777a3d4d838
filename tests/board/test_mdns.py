"""The board is found by its name, whatever the other devices in the network send."""

import json
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import client
import pytest
from deploy_rig import KINDS, Files, Target, changed
from fault_rig import HOME, answers, boot, complaints, heap, heap_is_back
from mdns_cases import RESPONSE, UNICAST, A, message, question, record
from zeroconf import DNSIncoming

from tools.deploy import plan
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air
from tools.virtual_board.udp.peer import Peer

ADDRESS = "192.168.1.7"
FLOOD_S = 5  # s; 60 makes the long run
RATE = 100  # messages a second
KEPT = 1024  # bytes of heap


def turn_on(tree: Path) -> None:
    with (tree / "webrepl_cfg.py").open("a") as file:
        file.write("MDNS = True\n")


@pytest.fixture
def board(bundle: Path, tmp_path: Path) -> Iterator[VirtualBoard]:
    """A board with mDNS on, and with ROMFS, that gets power when a test says so."""
    tree = tmp_path / "tree"
    shutil.copytree(bundle, tree)
    turn_on(tree)
    image.create(tmp_path / "flash.img", plan.files(tree), "romfs")
    board = VirtualBoard(tmp_path / "flash.img", "romfs", air=Air(dict(HOME)))
    board.do(lambda chip: setattr(chip.wlan, "address", ADDRESS))
    yield board
    board.close()


@pytest.fixture
def phone(board: VirtualBoard) -> Iterator[Peer]:
    with Peer(board, address="192.168.1.20") as peer:
        yield peer


def status(board: VirtualBoard) -> dict:
    answer, body = client.request(board.http, "GET", "/status")
    assert answer in (200, 503), body
    return json.loads(body) if answer == 200 else {"mdns": None}  # it is still loading


def ask_for(board: VirtualBoard, host: str) -> int:
    """The status of a request by that name."""
    with client.connect(board.http) as sock:
        sock.sendall(b"GET /led HTTP/1.1\r\nHost: %s\r\n\r\n" % host.encode())
        return int(client.read_response(sock).split()[1])


def start_over(board: VirtualBoard) -> str:
    """The name, when it is the board's."""
    while not (name := status(board)["mdns"]):
        board.do(lambda chip: chip.clock.advance(100))
    return name


def start(board: VirtualBoard) -> None:
    """From power to the name."""
    boot(board)
    start_over(board)


def addresses(phone: Peer, name: str) -> list[str]:
    """Where the board says that `name` is."""
    phone.send(message([question(b"%c%s\x05local\0" % (len(name), name.encode()), flag=UNICAST)]))
    while True:
        packet = DNSIncoming(phone.receive()[0])
        if packet.is_response() and not packet.questions:
            records = [r for r in packet.answers() if r.type == A]
            if records and packet.num_answers == 1:
                assert [r.name for r in records] == [f"{name}.local."]
                return [".".join(map(str, r.address)) for r in records]


def test_a_phone_finds_the_board_by_its_name_and_opens_its_page(
    board: VirtualBoard, phone: Peer
) -> None:
    start(board)
    probes = [DNSIncoming(phone.receive()[0]) for _ in range(3)]
    assert all(p.questions[0].name == "lamp.local." and p.questions[0].unicast for p in probes)
    announced = DNSIncoming(phone.receive()[0])
    assert {r.name for r in announced.answers()} >= {"lamp.local.", "lamp._http._tcp.local."}
    assert addresses(phone, "lamp") == [ADDRESS]
    assert ask_for(board, "lamp.local") == 200
    assert status(board)["mdns"] == "lamp.local"
    assert [line for line in complaints(board) if "off" in line] == []


def test_if_the_name_is_taken_the_board_has_another_which_status_tells(
    board: VirtualBoard, phone: Peer
) -> None:
    boot(board)
    while DNSIncoming(phone.receive()[0]).num_authorities != 1:
        pass
    phone.send(message(answers=[record(b"\x04lamp\x05local\0")], flags=RESPONSE))
    assert start_over(board) == "lamp-2.local"
    assert ask_for(board, "lamp-2.local") == 200
    assert addresses(phone, "lamp-2") == [ADDRESS]


def test_after_a_new_address_the_name_leads_there(board: VirtualBoard, phone: Peer) -> None:
    start(board)
    board.do(lambda chip: setattr(chip.wlan, "address", "192.168.1.99"))
    board.wait_for(
        lambda chip: chip.clock.advance(50) or "192.168.1.99" in {k[1] for k in chip.udp.groups}
    )
    start_over(board)
    assert addresses(phone, "lamp") == ["192.168.1.99"]


def test_while_wifi_is_away_the_switch_goes_on_and_then_the_name_is_back(
    board: VirtualBoard, phone: Peer
) -> None:
    start(board)
    board.do(lambda chip: chip.wlan.air.networks.clear())
    board.wait_for(lambda chip: chip.clock.advance(50) or not chip.udp.groups)
    board.do(lambda chip: chip.wlan.air.networks.update(HOME))
    board.wait_for(lambda chip: chip.clock.advance(100) or chip.udp.groups)
    start_over(board)
    assert addresses(phone, "lamp") == [ADDRESS]


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
    board: VirtualBoard, phone: Peer
) -> None:
    start(board)
    messages = noise(1)
    for _ in range(50):  # first, what is allocated once
        phone.send(next(messages))
    before, free = board.do(lambda chip: (chip.boots, chip.stack.misuse)), heap(board)
    begun = time.monotonic()
    sent = asked = 0
    while (now := time.monotonic() - begun) < FLOOD_S:
        while sent < now * RATE:
            phone.send(next(messages))
            sent += 1
        assert answers(board) is False
        asked += 1
        time.sleep(0.01)
    print(f"{sent} messages, {asked} requests, {heap(board)} of {free} bytes free")
    heap_is_back(board, free, KEPT)
    assert board.do(lambda chip: (chip.boots, chip.stack.misuse)) == before
    assert start_over(board) == "lamp.local" and complaints(board)
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


def test_after_a_soft_reset_the_name_is_the_board_s_again(
    board: VirtualBoard, phone: Peer
) -> None:
    start(board)
    boots = board.chip.boots
    board.do(lambda chip: chip.terminal.put(b"\x04"))
    board.wait_for(lambda chip: chip.clock.advance(20) or chip.boots > boots)
    start_over(board)
    assert addresses(phone, "lamp") == [ADDRESS]


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

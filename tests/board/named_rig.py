"""A board with mDNS on, and a phone in its network."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import client
import pytest
from fault_rig import HOME, boot
from mdns_cases import UNICAST, A, message, question
from zeroconf import DNSIncoming

from tools.deploy import plan
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air
from tools.virtual_board.udp.peer import Peer

ADDRESS = "192.168.1.7"


def turn_on(tree: Path) -> None:
    with (tree / "webrepl_cfg.py").open("a") as file:
        file.write("MDNS = True\n")


@pytest.fixture
def mdns_board(bundle: Path, tmp_path: Path) -> Iterator[VirtualBoard]:
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
def phone(mdns_board: VirtualBoard) -> Iterator[Peer]:
    with Peer(mdns_board, address="192.168.1.20") as peer:
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

"""A board that a deploy restarts takes its name back, so that no phone keeps a name in vain."""

import json
from collections.abc import Callable

import client
import pytest
from deploy_rig import KINDS, Files, Target, changed
from zeroconf import DNSIncoming

from tools.virtual_board.udp.peer import Peer


def name(target: Target) -> str:
    """The board's name, once it has one."""
    while True:
        status, body = client.request(target.board.http, "GET", "/status")
        if status == 200 and (name := json.loads(body)["mdns"]):
            return name
        target.board.do(lambda chip: chip.clock.advance(100))


def said(phone: Peer) -> DNSIncoming:
    """The next message in which the board says something about itself."""
    while True:
        packet = DNSIncoming(phone.receive()[0])
        if packet.is_response():
            return packet


@pytest.mark.parametrize("kind", KINDS)
def test_the_name_is_gone_at_once_and_is_back_after_the_restart(
    files: Files, make_target: Callable[..., Target], kind: str
) -> None:
    old = changed(files, **{"webrepl_cfg.py": files["/webrepl_cfg.py"] + b"MDNS = True\n"})
    target = make_target(old, "romfs")
    assert name(target) == "lamp.local"
    with Peer(target.board) as phone:
        status, lines = target.deploy(kind, changed(old, **{"main.py": old["/main.py"] + b"#\n"}))
        assert status == 0, lines
        while {record.ttl for record in said(phone).answers()} != {0}:
            pass
        assert name(target) == "lamp.local"
        assert min(record.ttl for record in said(phone).answers()) > 0

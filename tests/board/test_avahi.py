"""Avahi, as Linux PCs have it, finds the board by its name, and neither takes the other's."""

import json
from collections.abc import Callable

import client
from avahi_rig import BOARD, Home, home, needs_avahi  # noqa: F401  (a fixture)
from deploy_rig import Files, Target, changed

pytestmark = needs_avahi


def name(target: Target) -> str:
    """The board's name, once it has one."""
    while True:
        status, body = client.request(target.board.http, "GET", "/status")
        if status == 200 and (name := json.loads(body)["mdns"]):
            return name


def connected(home: Home, files: Files, make_target: Callable[..., Target]) -> Target:  # noqa: F811
    """A board with mDNS on, in that network since it got power."""
    config = files["/webrepl_cfg.py"] + b"MDNS = True\n"
    target = make_target(changed(files, **{"webrepl_cfg.py": config}), "romfs")
    target.board.do(lambda chip: chip.power_cut())
    home.connect(target.board)
    target.board.start()
    return target


def test_avahi_finds_the_name_and_lists_the_page(
    home: Home,  # noqa: F811
    files: Files,
    make_target: Callable[..., Target],
) -> None:
    home.avahi("phone")
    target = connected(home, files, make_target)
    assert name(target) == "lamp.local"
    assert home.ask("avahi-resolve", "-4", "-n", "lamp.local").split() == ["lamp.local", BOARD]
    listed = home.ask("avahi-browse", "--resolve", "--terminate", "--parsable", "_http._tcp")
    found = [line.split(";") for line in listed.splitlines() if line.startswith("=")]
    assert [line[3:4] + line[6:9] for line in found] == [["lamp", "lamp.local", BOARD, "80"]]


def test_the_board_takes_another_name_where_avahi_has_its_own(
    home: Home,  # noqa: F811
    files: Files,
    make_target: Callable[..., Target],
) -> None:
    home.avahi("lamp", silent=False)
    assert name(connected(home, files, make_target)) == "lamp-2.local"
    assert home.ask("avahi-resolve", "-4", "-n", "lamp-2.local").split()[1] == BOARD


def test_avahi_takes_another_name_where_the_board_has_its_own(
    home: Home,  # noqa: F811
    files: Files,
    make_target: Callable[..., Target],
) -> None:
    target = connected(home, files, make_target)
    assert name(target) == "lamp.local"
    home.avahi("lamp", silent=False)
    assert name(target) == "lamp.local"
    assert home.ask("avahi-resolve", "-4", "-n", "lamp.local").split()[1] == BOARD

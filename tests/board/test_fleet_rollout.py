"""A fleet on a real Mosquitto: seen by `make fleet`, updated by `make deploy HOSTS=@fleet`."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import client
import pytest
from broker_rig import Broker, Client, needs_mosquitto
from deploy_rig import Files, changed

from tools import inputs
from tools.deploy import __main__ as tool
from tools.deploy import rollout
from tools.deploy.wanted import Wanted
from tools.errors import UserError
from tools.fleet.known import known_boards
from tools.soak import mosquitto
from tools.virtual_board import image
from tools.virtual_board.board import WEBREPL, VirtualBoard
from tools.virtual_board.hardware import wlan
from tools.virtual_board.hardware.wlan import Air
from tools.virtual_board.vm import events

COUNT = 20  # docs/fleet.md has the figures of 100
_AT_ONCE = 8  # that boot at the same time
_NETWORK = f"127.{os.getpid() % 250 + 2}"  # of this process alone
OLD = b"# old\n"

pytestmark = needs_mosquitto
Fleet = Callable[[int], list[VirtualBoard]]


@pytest.fixture
def old(files: Files) -> Files:
    """What the boards have at first: with MQTT on, and an older main.py."""
    config = files["/webrepl_cfg.py"] + mosquitto.SETTING.encode()
    return changed(files, **{"webrepl_cfg.py": config, "main.py": files["/main.py"] + OLD})


@pytest.fixture
def make_fleet(
    old: Files, broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fleet]:
    """make_fleet(count): boards that the broker knows, each at an address of its own."""
    monkeypatch.setattr(wlan, "_JOIN_MS", 0)
    monkeypatch.setattr(events, "_TURN", 0.05)  # else each takes an eighth of a core at rest
    boards: list[VirtualBoard] = []

    def board(number: int) -> VirtualBoard:
        path = tmp_path / f"{number}.img"
        image.create(path, old, "romfs")
        made = VirtualBoard(
            path,
            "romfs",
            webrepl_port=WEBREPL,
            air=Air({"home": "correct horse"}),
            hosts=mosquitto.hosts(broker.port),
            at=f"{_NETWORK}.{number // 200}.{number % 200 + 1}",
        )
        boards.append(made)
        return made.start()

    def make(count: int) -> list[VirtualBoard]:
        listener = Client(broker.port)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            made = list(pool.map(board, range(count)))
        for one in made:
            listener.wait(f"{base(one)}info")
        listener.close()
        return made

    yield make
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(VirtualBoard.close, boards))


@pytest.fixture
def deploy(
    broker: Broker, old: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], int]:
    """`make deploy HOSTS=@fleet` with the settings of the boards: its exit status."""
    config = tmp_path / "webrepl_cfg.py"
    config.write_bytes(old["/webrepl_cfg.py"])
    monkeypatch.setattr(inputs, "config_file", lambda virtual: config)
    monkeypatch.setattr(rollout, "_WATCH_S", 0.1)
    for name, value in (("HOSTS", "@fleet"), ("BROKER", f"127.0.0.1:{broker.port}")):
        monkeypatch.setenv(name, value)
    return tool.run


def base(board: VirtualBoard) -> str:
    """Where the board's topics are."""
    return f"wifi-switch/switch-{board.chip.id:06x}/"


def is_old(folder: Path, number: int) -> bool:
    """Whether the board of this number still has the main.py that it had at first."""
    return image.read(folder / f"{number}.img")["/main.py"].endswith(OLD)


def serves(board: VirtualBoard) -> bool:
    """Whether it answers."""
    return client.led(board.http) in (True, False)


def test_twenty_boards_are_seen_switched_and_updated(
    make_fleet: Fleet,
    deploy: Callable[[], int],
    broker: Broker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
) -> None:
    boards = make_fleet(COUNT)
    seen = known_boards()
    assert len({board.id for board in seen}) == COUNT and all(board.online for board in seen)
    listener = Client(broker.port)
    mark = listener.mark()
    for board in boards:
        listener.say(f"{base(board)}set", "ON")
    for board in boards:
        listener.wait(f"{base(board)}state", "ON", mark)
    assert deploy() == 0
    assert not any(is_old(tmp_path, number) for number in range(COUNT))
    assert all(map(serves, boards))
    for board in boards:
        listener.wait(f"{base(board)}info", since=mark)
    assert listener.last(f"{base(boards[-1])}state") == "ON"
    listener.close()
    shown = capsys.readouterr().out
    assert f"{COUNT} of the broker's {COUNT} boards are online" in shown
    assert f"board 1 of {COUNT}: " in shown and "boards 4 to 11" in shown


def test_a_set_that_does_not_serve_gets_no_further_than_the_first_board(
    make_fleet: Fleet,
    deploy: Callable[[], int],
    old: Files,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boards = make_fleet(3)
    bad = Wanted(changed(old, **{"main.py": b"raise ValueError('bad')\n"}), [])
    monkeypatch.setattr(tool, "wanted", lambda host: bad)
    written = [board.do(lambda chip: chip.flash.writes) for board in boards]
    with pytest.raises(UserError, match="stopped after a failure at board 1 of 3.*run the same"):
        deploy()
    assert [board.do(lambda chip: chip.flash.writes) for board in boards[1:]] == written[1:]
    assert is_old(tmp_path, 0) and all(map(serves, boards))

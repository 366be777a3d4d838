"""A Mosquitto of its own on 127.0.0.1, a client of it, and boards that know it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import client
import paho.mqtt.client as paho
import pytest

from tools.deploy import plan
from tools.soak import mosquitto
from tools.soak.mosquitto import Broker, hosts
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

_PATIENCE = 60  # s, for boards of which each has a part of the PC
BASE = "wifi-switch/switch-c0002a/"  # of the virtual board's id
needs_mosquitto = pytest.mark.skipif(
    not mosquitto.program(), reason="no Mosquitto here (Debian: apt install mosquitto)"
)


class Client:
    """Somebody at the broker, who hears all topics."""

    def __init__(self, port: int, user: str = "", password: str = "") -> None:
        self._heard: list[tuple[str, str]] = []
        self._changed = threading.Condition()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        if user:
            self._client.username_pw_set(user, password)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe("#")
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _on_message(self, client: object, data: object, message: paho.MQTTMessage) -> None:
        with self._changed:
            self._heard.append((message.topic, message.payload.decode(errors="replace")))
            self._changed.notify_all()

    def mark(self) -> int:
        """How much was heard until now."""
        with self._changed:
            return len(self._heard)

    def heard(self, since: int = 0) -> list[tuple[str, str]]:
        """(topic, payload) of what has come."""
        with self._changed:
            return self._heard[since:]

    def last(self, topic: str) -> str | None:
        """The last payload of a topic, or None."""
        found = [payload for name, payload in self.heard() if name == topic]
        return found[-1] if found else None

    def wait(self, topic: str, payload: str | None = None, since: int = 0) -> str:
        """The next such message, any payload where it is None. TimeoutError."""

        def found() -> list[str]:
            return [p for t, p in self._heard[since:] if t == topic and payload in (None, p)]

        with self._changed:
            if not self._changed.wait_for(found, _PATIENCE):
                raise TimeoutError(f"no {topic} {payload}; heard: {self._heard[since:]}")
            return found()[-1]

    def say(self, topic: str, payload: str | bytes, qos: int = 0, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        self._client.publish(topic, payload, qos, retain).wait_for_publish(10)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()


def status(board: VirtualBoard) -> dict:
    """The fields of GET /status."""
    return json.loads(client.request(board.http, "GET", "/status")[1])


def state(board: VirtualBoard) -> str:
    """What it says of the broker."""
    return status(board)["mqtt"]


def becomes(board: VirtualBoard, wanted: str) -> None:
    """Until it says so; the chip's clock goes faster meanwhile."""
    for _ in range(600):
        if state(board) == wanted:
            return
        board.do(lambda chip: chip.clock.advance(200))
    raise TimeoutError(f"it is {state(board)!r}, and not {wanted!r}")


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """make_broker(lines of mosquitto.conf): a broker that runs."""
    brokers: list[Broker] = []

    def make(*lines: str) -> Broker:
        brokers.append(Broker(tmp_path, *lines))
        brokers[-1].start()
        return brokers[-1]

    yield make
    for broker in brokers:
        broker.stop()


@pytest.fixture
def broker(make_broker: Callable[..., Broker]) -> Broker:
    """One that lets everybody in."""
    return make_broker()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Client]:
    """A client of it."""
    client = Client(broker.port)
    yield client
    client.close()


@pytest.fixture
def make_lamp(bundle: Path, tmp_path: Path) -> Iterator[Callable[..., VirtualBoard]]:
    """make_lamp(port, more settings, other files): a board with MQTT on. device/ runs from flash:
    there is room for it with files, too, but not in the pool of a 64-bit build.
    """
    boards = []

    def make(
        port: int,
        lines: str = "",
        change: dict[str, bytes] | None = None,
        dns_answers: bool = True,
    ) -> VirtualBoard:
        files = plan.files(bundle) | (change or {})
        files["/webrepl_cfg.py"] += (mosquitto.SETTING + lines).encode()
        path = tmp_path / f"lamp{len(boards)}.img"
        image.create(path, files, "romfs")
        air = Air({"home": "correct horse"})
        boards.append(VirtualBoard(path, "romfs", air=air, hosts=hosts(port)))
        boards[-1].do(lambda chip: setattr(chip.stack.hosts, "dns_answers", dns_answers))
        return boards[-1].start()

    yield make
    for board in boards:
        board.close()


@pytest.fixture
def lamp(make_lamp: Callable[..., VirtualBoard], broker: Broker, listener: Client) -> VirtualBoard:
    """A board that the broker has."""
    board = make_lamp(broker.port)
    listener.wait(BASE + "info")
    return board

"""A Mosquitto of its own on 127.0.0.1, a client of it, and boards that know it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from tools.deploy import plan
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

BASE = "wifi-switch/switch-c0002a/"  # of the virtual board's id
ADDRESS = "192.168.1.5"
CONFIG = f'\nMQTT_HOST = "{ADDRESS}"\n'
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin:/usr/bin")

needs_mosquitto = pytest.mark.skipif(
    not MOSQUITTO, reason="no Mosquitto here (Debian: apt install mosquitto)"
)


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


class Broker:
    """Mosquitto, which can be stopped and started again, on the same port."""

    def __init__(self, folder: Path, lines: str = "allow_anonymous true\n") -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\n{lines}")
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._process = subprocess.Popen(
            [str(MOSQUITTO), "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "Mosquitto does not start"
                time.sleep(0.02)

    def stop(self) -> None:
        """Stop it: what was retained is lost."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


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
            if not self._changed.wait_for(found, 20):
                raise TimeoutError(f"no {topic} {payload}; heard: {self._heard[since:]}")
            return found()[-1]

    def say(self, topic: str, payload: str | bytes, qos: int = 0, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        self._client.publish(topic, payload, qos, retain).wait_for_publish(10)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()


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


def hosts(port: int) -> dict[str, tuple[str, dict[int, int]]]:
    """The board's network, where the broker is this port of 127.0.0.1."""
    return {"broker.lan": (ADDRESS, {1883: port})}


@pytest.fixture
def make_lamp(bundle: Path, tmp_path: Path) -> Iterator[Callable[..., VirtualBoard]]:
    """make_lamp(port, more settings, other files): a board with MQTT on. device/ runs from flash:
    there is room for it with files, too, but not in the pool of a 64-bit build.
    """
    boards = []

    def make(port: int, lines: str = "", change: dict[str, bytes] | None = None) -> VirtualBoard:
        files = plan.files(bundle) | (change or {})
        files["/webrepl_cfg.py"] += (CONFIG + lines).encode()
        path = tmp_path / f"lamp{len(boards)}.img"
        image.create(path, files, "romfs")
        air = Air({"home": "correct horse"})
        boards.append(VirtualBoard(path, "romfs", air=air, hosts=hosts(port)))
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

"""A program on the board talks MQTT with a real Mosquitto, which dies, comes back and is left."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import mqtt_talk
import pytest
from network_rig import ADDRESS, Programs, programs

from tools.virtual_board.chip import Chip

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(not MOSQUITTO, reason="needs Mosquitto (package mosquitto)")
CONNACK, SUBACK, PINGRESP = (0x20, b"\0\0"), (0x90, b"\0\1\0"), (0xD0, b"")
OPEN = """
s = socket.socket()
s.settimeout(5)
s.connect(socket.getaddrinfo("broker.lan", 1883)[0][-1])
talk = Talk(s)
"""


class Broker:
    """Mosquitto at a port of its own, without a file."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.start()

    def start(self) -> None:
        assert MOSQUITTO
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self._settings)], stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                return socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("Mosquitto does not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def listener(self, topic: bytes) -> mqtt_talk.Talk:
        """A client on the PC that hears a topic."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        talk = mqtt_talk.Talk(sock)
        assert talk.connect(b"desk") == CONNACK
        assert talk.subscribe(topic) == SUBACK
        return talk


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    broker.kill()


@pytest.fixture
def repl(broker: Broker, tmp_path: Path) -> Iterator[Programs]:
    """A board that reaches the broker by its name and knows what a Talk is."""
    with programs(tmp_path, hosts={"broker.lan": (ADDRESS, {1883: broker.port})}) as board:
        board.run(Path(mqtt_talk.__file__).read_text())
        yield board


def published(topic: bytes, message: bytes, retained: int = 0) -> tuple[int, bytes]:
    return 0x30 | retained, mqtt_talk.text(topic) + message


def test_board_and_broker_exchange_messages_pings_and_a_will(broker: Broker, repl: Programs):
    desk = broker.listener(b"switch/#")
    repl.run(OPEN)
    assert repl.value("talk.connect(b'board', (b'switch/status', b'offline'))") == CONNACK
    assert repl.value("talk.subscribe(b'switch/set'), talk.ping()") == (SUBACK, PINGRESP)
    repl.run("talk.publish(b'switch/status', b'online', 1)")
    assert desk.packet() == published(b"switch/status", b"online")
    desk.publish(b"switch/set", b"ON")
    assert repl.value("talk.packet()") == published(b"switch/set", b"ON")
    assert desk.packet() == published(b"switch/set", b"ON")
    repl.run("s.close()")  # without DISCONNECT
    assert desk.packet() == published(b"switch/status", b"offline")
    desk.sock.close()


def test_board_sees_a_killed_broker_go_and_finds_it_again(broker: Broker, repl: Programs):
    repl.run(OPEN)
    assert repl.value("talk.connect(b'board')") == CONNACK
    broker.kill()
    assert repl.value("wait(s, 1) & 1, attempt(talk.packet)") in ((1, 0), (1, 104))
    repl.run("s.close()")
    assert repl.value(f"attempt(socket.socket().connect, ('{ADDRESS}', 1883))") == 104
    broker.start()
    repl.run(OPEN)
    assert repl.value("talk.connect(b'board'), talk.ping()") == (CONNACK, PINGRESP)


def test_broker_misses_a_board_without_power_by_its_keepalive_alone(
    broker: Broker, repl: Programs
):
    desk = broker.listener(b"switch/status")
    repl.run(OPEN)
    assert repl.value("talk.connect(b'board', (b'switch/status', b'offline'), 2)") == CONNACK
    repl.board.do(Chip.power_cut)
    desk.sock.settimeout(1)
    with pytest.raises(TimeoutError):
        desk.packet()
    desk.sock.settimeout(20)
    assert desk.packet() == published(b"switch/status", b"offline")
    desk.sock.close()
    repl.board.start()

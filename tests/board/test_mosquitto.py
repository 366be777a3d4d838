"""A program on the board talks MQTT with a real Mosquitto, which dies, comes back and is left."""

import socket
from collections.abc import Iterator
from pathlib import Path

import mqtt_talk
import pytest
from broker_rig import Broker, needs_mosquitto
from network_rig import Programs, programs

from tools.soak.mosquitto import ADDRESS, hosts
from tools.virtual_board.chip import Chip

pytestmark = needs_mosquitto
CONNACK, SUBACK, PINGRESP = (0x20, b"\0\0"), (0x90, b"\0\1\0"), (0xD0, b"")
OPEN = """
s = socket.socket()
s.settimeout(5)
s.connect(socket.getaddrinfo("broker.lan", 1883)[0][-1])
talk = Talk(s)
"""


def hears(broker: Broker, topic: bytes) -> mqtt_talk.Talk:
    """A client on the PC that hears a topic."""
    sock = socket.create_connection(("127.0.0.1", broker.port), timeout=10)
    talk = mqtt_talk.Talk(sock)
    assert talk.connect(b"desk") == CONNACK
    assert talk.subscribe(topic) == SUBACK
    return talk


@pytest.fixture
def repl(broker: Broker, tmp_path: Path) -> Iterator[Programs]:
    """A board that reaches the broker by its name and knows what a Talk is."""
    with programs(tmp_path, hosts=hosts(broker.port)) as board:
        board.run(Path(mqtt_talk.__file__).read_text())
        yield board


def published(topic: bytes, message: bytes, retained: int = 0) -> tuple[int, bytes]:
    return 0x30 | retained, mqtt_talk.text(topic) + message


def test_board_and_broker_exchange_messages_pings_and_a_will(broker: Broker, repl: Programs):
    desk = hears(broker, b"switch/#")
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
    broker.stop()
    assert repl.value("wait(s, 1) & 1, attempt(talk.packet)") in ((1, 0), (1, 104))
    repl.run("s.close()")
    assert repl.value(f"attempt(socket.socket().connect, ('{ADDRESS}', 1883))") == 104
    broker.start()
    repl.run(OPEN)
    assert repl.value("talk.connect(b'board'), talk.ping()") == (CONNACK, PINGRESP)


def test_broker_misses_a_board_without_power_by_its_keepalive_alone(
    broker: Broker, repl: Programs
):
    desk = hears(broker, b"switch/status")
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

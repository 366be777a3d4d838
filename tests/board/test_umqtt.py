"""MicroPython's own umqtt.simple on the board talks with a real Mosquitto.

It comes from a checkout of micropython-lib: MICROPYTHON_LIB=../micropython-lib.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from broker_rig import Broker, Client, hosts, needs_mosquitto
from network_rig import Programs, programs

from tools import build
from tools.virtual_board.chip import Chip

FOLDER = Path(os.environ.get("MICROPYTHON_LIB", ""))
SOURCE = FOLDER / "micropython/umqtt.simple/umqtt/simple.py"
pytestmark = [
    needs_mosquitto,
    pytest.mark.skipif(
        not SOURCE.exists(), reason="MICROPYTHON_LIB= names no checkout of micropython-lib"
    ),
]
CONNECT = """
from umqtt.simple import MQTTClient
heard = []
c = MQTTClient(b"board", "broker.lan", keepalive=2)
c.set_last_will(b"switch/status", b"offline")
c.set_callback(lambda topic, message: heard.append((topic, message)))
c.connect(timeout=5)
c.subscribe(b"switch/set")
c.publish(b"switch/status", b"online", retain=True, qos=1)
"""


@pytest.fixture
def repl(broker: Broker, tmp_path: Path) -> Iterator[Programs]:
    with programs(tmp_path, hosts=hosts(broker.port)) as board:
        board.run("import os\nos.mkdir('/lib')\nos.mkdir('/lib/umqtt')")
        code = build.compile_source("umqtt/simple.py", SOURCE.read_text())
        board.write("/lib/umqtt/simple.mpy", code)
        yield board


def test_umqtt_publishes_hears_pings_and_leaves_its_will(
    repl: Programs, broker: Broker, listener: Client
) -> None:
    repl.run(CONNECT)
    listener.wait("switch/status", "online")
    listener.say("switch/set", "ON")
    repl.run("while not heard: c.wait_msg()")
    assert repl.value("heard, c.ping(), c.wait_msg()") == ([(b"switch/set", b"ON")], None, None)
    repl.run("c.sock.close()")  # without DISCONNECT
    listener.wait("switch/status", "offline")


def test_umqtt_sees_a_killed_broker_go_and_connects_again(
    repl: Programs, broker: Broker, listener: Client
) -> None:
    repl.run(CONNECT)
    broker.stop()
    assert repl.value("attempt(c.wait_msg)") in (-1, 104)
    assert repl.value("attempt(c.connect)") == 104
    broker.start()
    repl.run(CONNECT)
    another = Client(broker.port)
    another.wait("switch/status", "online")
    another.close()


def test_broker_tells_the_will_of_a_board_whose_power_is_cut(
    repl: Programs, listener: Client
) -> None:
    repl.run(CONNECT)
    listener.wait("switch/status", "online")
    repl.board.do(Chip.power_cut)
    listener.wait("switch/status", "offline")
    repl.board.start()

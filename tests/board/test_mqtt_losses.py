"""The broker goes, is slow or refuses, and the board loses power: they find each other again."""

import subprocess
import time
from collections.abc import Callable

import client
from broker_rig import BASE, Broker, Client, becomes, needs_mosquitto, state
from fault_rig import HOME

from tools import build
from tools.soak.mosquitto import ADDRESS
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

pytestmark = needs_mosquitto


def test_the_broker_says_offline_when_a_board_has_lost_its_power(
    make_lamp: Callable[..., VirtualBoard], listener: Client, broker: Broker
) -> None:
    # The broker's clock cannot be advanced: so the board asks for 2 s, in place of 45.
    source = (build.ROOT / "device" / "mqtt_packets.py").read_text()
    assert source.count("flags, 0, 45") == 1
    packets = build.compile_source(
        "mqtt_packets.py", source.replace("flags, 0, 45", "flags, 0, 2")
    )
    board = make_lamp(broker.port, change={"/device/mqtt_packets.mpy": packets})
    listener.wait(BASE + "info")
    start = time.monotonic()
    while time.monotonic() < start + 5:  # so it stays while it is there
        board.do(lambda chip: chip.clock.advance(1000))
        time.sleep(0.05)
    assert listener.last(BASE + "status") == "online"
    mark = listener.mark()
    board.do(Chip.power_cut)
    listener.wait(BASE + "status", "offline", mark)


def test_a_board_whose_power_is_back_is_online_again(lamp: VirtualBoard, listener: Client) -> None:
    mark = listener.mark()
    lamp.do(Chip.power_cut)
    lamp.start()
    listener.wait(BASE + "info", since=mark)
    # The old session may end after the new one has begun, but its will comes before.
    told = [payload for topic, payload in listener.heard(mark) if topic == BASE + "status"]
    assert told[-1] == "online"


def test_a_broker_that_restarts_has_everything_again(
    lamp: VirtualBoard, listener: Client, broker: Broker
) -> None:
    listener.close()
    broker.stop()
    becomes(lamp, "no answer")
    assert client.set_led(lamp.http, True) is True
    broker.start()
    becomes(lamp, "connected")
    later = Client(broker.port)
    try:
        later.wait(BASE + "info")
        assert later.last(BASE + "state") == "ON" and later.last(BASE + "status") == "online"
    finally:
        later.close()
    assert "Traceback" not in lamp.console


def test_a_wrong_password_is_told_and_the_right_one_gets_in(
    make_broker: Callable[..., Broker], make_lamp: Callable[..., VirtualBoard], tmp_path
) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("lamp:right\n")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
    broker = make_broker(f"user root\npassword_file {passwords}\n")
    board = make_lamp(broker.port, 'MQTT_USER = "lamp"\nMQTT_PASSWORD = "wrong"\n')
    becomes(board, "wrong user or password")
    board.close()
    board = make_lamp(broker.port, 'MQTT_USER = "lamp"\nMQTT_PASSWORD = "right"\n')
    becomes(board, "connected")
    assert "right" not in board.console and "wrong" not in board.console


def test_a_broker_that_is_not_there_costs_the_switch_nothing(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    board = make_lamp(1)
    becomes(board, "no answer")
    board.do(lambda chip: chip.stack.hosts.silent.add(ADDRESS))
    for on in (True, False) * 10:
        assert client.set_led(board.http, on) is on
        board.do(lambda chip: chip.clock.advance(1000))
    assert state(board) == "no answer"


def test_a_switch_that_loses_wifi_comes_back_to_the_broker(
    lamp: VirtualBoard, listener: Client
) -> None:
    lamp.do(lambda chip: setattr(chip.wlan.air, "networks", {}))
    lamp.wait_for(lambda chip: chip.clock.advance(50) or chip.stack.active_pcbs == 0)
    mark = listener.mark()
    lamp.do(lambda chip: setattr(chip.wlan.air, "networks", HOME))
    lamp.wait_for(lambda chip: chip.clock.advance(50) or chip.wlan.isconnected(0))
    becomes(lamp, "connected")
    listener.wait(BASE + "state", since=mark)

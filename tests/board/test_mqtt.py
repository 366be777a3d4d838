"""The switch on a real Mosquitto: what others see there, and what they can do."""

import json
from collections.abc import Callable

import client
import pytest
from broker_rig import BASE, Broker, Client, becomes, needs_mosquitto, status

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

pytestmark = needs_mosquitto


def test_everything_about_the_switch_is_there_after_its_boot(
    lamp: VirtualBoard, listener: Client
) -> None:
    assert listener.last(BASE + "status") == "online"
    assert listener.last(BASE + "state") == "OFF"
    info = json.loads(listener.last(BASE + "info") or "")
    assert sorted(info) == sorted(
        "name version ip rssi uptime_s mem_free reset_cause last_error".split()
    )
    assert info["name"] == "lamp" and info["last_error"] == ""
    fields = status(lamp)
    assert fields["mqtt"] == "connected"
    assert {key: info[key] for key in ("version", "ip", "reset_cause")} == {
        key: fields[key] for key in ("version", "ip", "reset_cause")
    }
    assert "Traceback" not in lamp.console


def test_what_it_says_is_retained_for_who_comes_later(
    lamp: VirtualBoard, listener: Client, broker: Broker
) -> None:
    later = Client(broker.port)
    try:
        for topic in ("state", "status", "info"):
            later.wait(BASE + topic)
        later.wait("homeassistant/switch/switch-c0002a/config")
        later.wait("homeassistant/sensor/switch-c0002a-signal/config")
        later.wait("homeassistant/sensor/switch-c0002a-uptime/config")
    finally:
        later.close()


@pytest.mark.parametrize(("command", "was", "on"), [("ON", 0, 1), ("OFF", 1, 0), ("TOGGLE", 1, 0)])
def test_a_command_switches_the_light(
    lamp: VirtualBoard, listener: Client, command: str, was: int, on: int
) -> None:
    client.set_led(lamp.http, bool(was))
    listener.wait(BASE + "state", "ON" if was else "OFF")
    mark = listener.mark()
    listener.say(BASE + "set", command)
    listener.wait(BASE + "state", "ON" if on else "OFF", mark)
    assert client.led(lamp.http) is bool(on)
    assert lamp.do(lambda chip: chip.gpio.led()) is bool(on)


def test_qos_1_and_2_of_the_sender_make_no_difference(
    lamp: VirtualBoard, listener: Client
) -> None:
    for qos, command in ((1, "ON"), (2, "OFF")):
        mark = listener.mark()
        listener.say(BASE + "set", command, qos)
        listener.wait(BASE + "state", command, mark)


def test_a_retained_command_does_not_switch_when_the_board_comes_back(
    lamp: VirtualBoard, listener: Client
) -> None:
    listener.say(BASE + "set", "ON", retain=True)
    listener.wait(BASE + "state", "ON")
    client.set_led(lamp.http, False)
    listener.wait(BASE + "state", "OFF", listener.mark() - 1)
    mark = listener.mark()
    lamp.do(Chip.power_cut)
    lamp.start()
    listener.wait(BASE + "info", since=mark)
    assert client.led(lamp.http) is False
    assert listener.last(BASE + "state") == "OFF"


def test_a_change_by_page_button_and_api_is_seen(lamp: VirtualBoard, listener: Client) -> None:
    def press(chip: Chip) -> None:
        chip.gpio.drive_from_outside(0, 0)

    changes = (
        lambda: client.request(lamp.http, "POST", "/toggle", b""),
        lambda: client.set_led(lamp.http, False),
        lambda: lamp.do(press),
    )
    for change, state in zip(changes, ("ON", "OFF", "ON")):
        mark = listener.mark()
        change()
        listener.wait(BASE + "state", state, mark)


def test_a_change_at_the_prompt_is_seen(lamp: VirtualBoard, listener: Client) -> None:
    code = b"from device import led; led.toggle()\r"
    lamp.do(lambda chip: chip.terminal.put(code))
    listener.wait(BASE + "state", "ON")


def test_ten_commands_and_two_long_messages_in_a_row_are_dealt_with(
    lamp: VirtualBoard, listener: Client
) -> None:
    for _ in range(2):
        for _ in range(5):
            listener.say(BASE + "set", "ON")
            listener.say(BASE + "set", "OFF")
        listener.say(BASE + "set", b"ON" * 1024)
    mark = listener.mark()
    listener.say(BASE + "set", "ON")
    listener.wait(BASE + "state", "ON", mark)
    fields = status(lamp)
    assert fields["rejected"] == 2 and fields["mqtt"] == "connected"


def test_home_assistant_gets_everything_again_when_it_starts(
    lamp: VirtualBoard, listener: Client
) -> None:
    mark = listener.mark()
    listener.say("homeassistant/status", "online")
    state = listener.mark()

    def again(chip: Chip) -> bool:
        chip.clock.advance(100)
        return any(topic == BASE + "state" for topic, _ in listener.heard(state))

    lamp.wait_for(again)
    topics = [topic for topic, _ in listener.heard(mark)]
    assert topics[1:] == [
        "homeassistant/switch/switch-c0002a/config",
        "homeassistant/sensor/switch-c0002a-signal/config",
        "homeassistant/sensor/switch-c0002a-uptime/config",
        BASE + "status",
        BASE + "state",
    ]


def test_log_and_metrics_tell_whether_the_broker_is_there(
    make_lamp: Callable[..., VirtualBoard], broker: Broker, listener: Client
) -> None:
    board = make_lamp(broker.port, "METRICS = True\nEVENT_LOG = True\n")
    listener.wait(BASE + "info")
    assert b"switch_mqtt_connected 1\n" in client.request(board.http, "GET", "/metrics")[1]
    broker.stop()
    becomes(board, "no answer")
    assert b"switch_mqtt_connected 0\n" in client.request(board.http, "GET", "/metrics")[1]
    log = client.request(board.http, "GET", "/log")[1].decode().splitlines()
    assert [line.split("  ")[1] for line in log[:3]] == [
        "broker no answer",
        "broker connection lost",
        "broker connected",
    ]

"""The broker's name: looked up without waiting, and again where that fails or the broker moves."""

from collections.abc import Callable

import client
from broker_rig import BASE, Broker, Client, becomes, needs_mosquitto

from tools.soak.mosquitto import hosts
from tools.virtual_board.board import VirtualBoard

pytestmark = needs_mosquitto


def test_a_broker_may_be_given_by_name(
    make_lamp: Callable[..., VirtualBoard], broker: Broker, listener: Client
) -> None:
    make_lamp(broker.port, 'MQTT_HOST = "broker.lan"\n')
    listener.wait(BASE + "info")


def test_a_name_that_nobody_knows_at_boot_is_told_and_found_later(
    make_lamp: Callable[..., VirtualBoard], broker: Broker, listener: Client
) -> None:
    board = make_lamp(broker.port, 'MQTT_HOST = "late.lan"\n')
    becomes(board, "broker name not found")
    assert client.set_led(board.http, True) is True
    known = hosts(broker.port)["broker.lan"]
    board.do(lambda chip: chip.stack.hosts.known.update({"late.lan": known}))
    becomes(board, "connected")
    listener.wait(BASE + "state", "ON")


def test_a_router_that_starts_later_than_the_board_costs_it_nothing_but_time(
    make_lamp: Callable[..., VirtualBoard], broker: Broker, listener: Client
) -> None:
    board = make_lamp(broker.port, 'MQTT_HOST = "broker.lan"\n', dns_answers=False)
    becomes(board, "broker name not found")
    for on in (True, False) * 10:
        assert client.set_led(board.http, on) is on
    board.do(lambda chip: setattr(chip.stack.hosts, "dns_answers", True))
    becomes(board, "connected")
    listener.wait(BASE + "info")
    assert "Traceback" not in board.console


def test_a_broker_that_moves_to_another_address_is_found_again_by_its_name(
    make_lamp: Callable[..., VirtualBoard], broker: Broker, listener: Client
) -> None:
    board = make_lamp(broker.port, 'MQTT_HOST = "broker.lan"\n')
    listener.wait(BASE + "info")
    mark = listener.mark()
    moved = ("192.168.1.77", {1883: broker.port})
    board.do(lambda chip: chip.stack.hosts.known.update({"broker.lan": moved}))
    board.do(lambda chip: [pcb.path.vanish() for pcb in chip.stack.pcbs])
    listener.say(BASE + "set", "TOGGLE")
    becomes(board, "connection lost")
    becomes(board, "connected")
    listener.wait(BASE + "info", since=mark)

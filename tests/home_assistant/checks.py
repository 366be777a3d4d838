"""A real Home Assistant finds the switch and uses it. `make test-home-assistant` runs this. `make
test` does not: Home Assistant is a large download, and the broker's last will takes a minute.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import client
import yaml
from broker_rig import Broker, needs_mosquitto

from tests.home_assistant.house import ROOT, House
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

pytestmark = needs_mosquitto

SWITCH, SIGNAL, UPTIME = "switch.lamp", "sensor.lamp_signal", "sensor.lamp_uptime"
HERE = "switch.lamp_here"  # the template switch


def documented(board: VirtualBoard) -> dict:
    """configuration.yaml of docs/home-assistant.md, for this board and this Home Assistant."""
    text = (ROOT / "docs" / "home-assistant.md").read_text()
    text = text.replace("192.168.1.50", urlsplit(board.http).netloc)
    config: dict[str, list] = {}
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        for key, value in yaml.safe_load(block).items():
            config[key] = config.get(key, []) + value
    del config["template"]  # the form that only later versions take
    return config


def lit(board: VirtualBoard) -> bool:
    """Whether the board's LED is on."""
    return board.do(lambda chip: chip.gpio.led())


def test_the_switch_is_there_by_itself_with_name_signal_and_uptime(
    house: House, lamp: VirtualBoard
) -> None:
    assert house.wait(SWITCH, "off")["friendly_name"] == "lamp"
    signal = house.wait(SIGNAL, lambda state: state.lstrip("-").isdigit())
    assert signal["friendly_name"] == "lamp Signal"
    assert signal["device_class"] == "signal_strength"
    assert signal["unit_of_measurement"] == "dBm"
    uptime = house.wait(UPTIME, str.isdigit)
    assert uptime["friendly_name"] == "lamp Uptime"
    assert uptime["device_class"] == "duration" and uptime["unit_of_measurement"] == "s"
    assert "components.mqtt" not in house.log  # warnings of the integration


def test_it_turns_the_light_on_and_off(house: House, lamp: VirtualBoard) -> None:
    house.wait(SWITCH, "off")
    for service, state in (("turn_on", "on"), ("turn_off", "off"), ("toggle", "on")):
        mark = house.mark()
        house.call(f"switch.{service}", SWITCH)
        house.wait(SWITCH, state, mark)
        assert lit(lamp) is (state == "on")


def test_it_shows_what_others_switch(house: House, lamp: VirtualBoard) -> None:
    house.wait(SWITCH, "off")
    client.set_led(lamp.http, True)
    house.wait(SWITCH, "on")


def test_it_sees_the_switch_go_and_come_back(
    house: House,
    lamp: VirtualBoard,
) -> None:
    house.wait(SWITCH, "off")
    house.wait(UPTIME, str.isdigit)
    mark = house.mark()
    lamp.do(Chip.power_cut)
    for entity in (SWITCH, SIGNAL, UPTIME):
        house.wait(entity, "unavailable", mark)
    mark, boots = house.mark(), lamp.chip.boots
    lamp.do(Chip.power_on)
    lamp.wait_for(lambda chip: chip.boots > boots)
    house.wait(SWITCH, "off", mark)
    house.wait(UPTIME, str.isdigit, mark)
    house.call("switch.turn_on", SWITCH)
    house.wait(SWITCH, "on", mark)
    assert lit(lamp)


def test_the_documents_yaml_switches_the_light_and_shows_that_the_board_is_gone(
    make_house: Callable[..., House],
    make_lamp: Callable[..., VirtualBoard],
    broker: Broker,
) -> None:
    board = make_lamp(broker.port, "HA_DISCOVERY = False\n")
    house = make_house(broker.port, documented(board))
    house.wait(SIGNAL, lambda state: state.lstrip("-").isdigit())
    house.wait(UPTIME, str.isdigit)
    for service, state in (("turn_on", "on"), ("turn_off", "off"), ("turn_on", "on")):
        mark = house.mark()
        house.call(f"switch.{service}", HERE)
        house.wait(SWITCH, state, mark)
        house.wait(HERE, state, mark)
        assert lit(board) is (state == "on")
    mark = house.mark()
    client.set_led(board.http, False)
    house.wait(HERE, "off", mark)
    mark = house.mark()
    board.do(Chip.power_cut)
    house.call("homeassistant.update_entity", SWITCH)
    house.call("homeassistant.update_entity", UPTIME)
    house.wait(HERE, "unavailable", mark)
    assert SWITCH not in [entity for entity, _ in house.heard(mark)]  # it keeps its last state

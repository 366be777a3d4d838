"""GET /metrics and GET /log, beside auto-off. Runs on CPython and MicroPython."""

import sys

from core_cases import note
from feature_board import EXCEPTION, SOFT, Board
from feature_chip import machine, network


def figures(board):
    """Name -> figure, as text."""
    found = {}
    for line in board.send(b"GET /metrics").split(b"\r\n\r\n", 1)[1].decode().split("\n"):
        if line and line[0] != "#":
            name, figure = line.rsplit(" ", 1)
            assert name not in found
            found[name] = figure
    return found


def log(board):
    lines = board.send(b"GET /log").split(b"\r\n\r\n", 1)[1]
    return note(b"", lines).decode().split("\n")[:-1]


def test_the_figures_are_those_of_the_switch():
    board = Board("metrics")
    for on in (True, True, False, True):
        board.led.set(on)
    machine.now += 61_500
    for status in (0x32, 0x32, 0x34):
        board.api.count(status)
    found = figures(board)
    (info,) = [name for name in found if name.startswith("switch_info")]
    assert 'version="1.0.0+1a2b3c4d"' in info and 'reset_cause="power-on"' in info
    assert int(found.pop("switch_heap_free_bytes")) > 0
    del found[info]
    assert note(b"", sorted(found.items())) == [
        ("switch_changes_total", "3"),
        ("switch_crashes", "0"),
        ("switch_on", "1"),
        ("switch_rejected_total", "1"),
        ("switch_requests_total", "2"),
        ("switch_uptime_seconds", "61"),
        ("switch_wifi_rssi_dbm", "-52"),
    ]


def test_what_the_network_and_the_broker_say_is_told_only_where_there_are_such():
    board = Board("metrics")
    network.air.clear()
    assert "switch_wifi_rssi_dbm" not in figures(board)
    for state, figure in (("connected", "1"), ("connection lost", "0")):
        board.status.more[:] = [lambda fields, state=state: fields.update(mqtt=state)]
        assert figures(board)["switch_mqtt_connected"] == figure


def test_the_log_says_who_switched_and_outlives_crashes_and_deploys():
    board = Board("auto_off", "event_log", every=60)
    board.put(b'{"on": true}')
    board.run(70)
    board.led.set(True)
    board.boot(EXCEPTION)
    board.run(5)
    board.version = "1.0.0+99887766"
    board.boot(SOFT)
    board.send(b"POST /toggle")
    assert log(board) == [
        "-0 s  off, web",
        "-0 s  deploy 998877",
        "-0 s  boot software, on",
        "+0 s  boot exception, on",
        "+70 s  on, prompt",
        "+60 s  off, timer",
        "+0 s  on, web",
        "+0 s  boot power-on, off",
    ]


def test_a_command_of_mqtt_is_told_as_such_also_with_a_time():
    take = []

    class Switch:
        """What event_log.py takes of mqtt_switch.py."""

    Switch.take = lambda packet: take[0](packet)
    sys.modules["device.mqtt_switch"] = Switch
    try:
        board = Board("auto_off", "event_log")
        take.append(lambda packet: sys.modules["device.auto_off"].once(packet))
        assert Switch.take(30)
        assert not Switch.take(0) and not Switch.take(86401) and not Switch.take(1 << 32)
        take[0] = lambda packet: board.led.set(packet)
        Switch.take(False)
        board.led.set(True)
    finally:
        del sys.modules["device.mqtt_switch"]
    assert [line.split("  ")[1] for line in log(board)[:3]] == [
        "on, prompt",
        "off, MQTT",
        "on, MQTT",
    ]


def test_the_last_24_events_of_a_long_walk_are_kept():
    board = Board("event_log")
    for i in range(100):
        board.led.set(i % 2 == 0)
        board.run(1)
    lines = log(board)
    assert len(lines) == 24 and len(machine.memory) <= 492
    assert lines[0] == "-1 s  off, prompt" and lines[23] == "-24 s  on, prompt"

"""`make fleet`: what a real Mosquitto knows of 20 boards, as a table and as JSON."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker_rig import Broker, Client, needs_mosquitto
from fleet_rig import fleet, info, row
from tool_rig import ROOT, copy_project, run

from tools.fleet.boards import boards as boards_of
from tools.virtual_board.board import VirtualBoard

COUNT = 20


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project without settings."""
    return copy_project(tmp_path / "project", config=None)


@pytest.fixture
def boards(broker: Broker) -> Iterator[Client]:
    """20 boards have told the broker of themselves; board 3 is gone."""
    client = Client(broker.port)
    for number in range(COUNT):
        base = f"wifi-switch/switch-{number:06x}/"
        client.say(base + "info", json.dumps(info(number)), 1, retain=True)
        client.say(base + "status", "offline" if number == 3 else "online", 1, retain=True)
        client.say(base + "state", "ON", 1, retain=True)
    yield client
    client.close()


@needs_mosquitto
def test_the_table_has_a_row_for_each_board_with_all_that_it_said(
    broker: Broker, boards: Client, project: Path
) -> None:
    status, shown = fleet(project, broker.port)
    lines = shown.splitlines()
    assert status == 0 and len(lines) == 2 + COUNT
    titles = "id name version address signal uptime last error online"
    assert lines[0].split() == titles.split()
    assert [line.split()[1] for line in lines[2:]] == [f"lamp-{n:02}" for n in range(COUNT)]
    told = "switch-000007 lamp-07 1.0.0+abcdef12 192.168.1.107 -57 dBm 7:00:00"
    assert row(shown, "switch-000007") == [*told.split(), *"api.py:7: OSError: 28 yes".split()]
    assert row(shown, "switch-000003")[-1] == "no"


@needs_mosquitto
def test_a_virtual_board_says_all_that_the_table_has(
    broker: Broker, lamp: VirtualBoard, project: Path
) -> None:
    (board,) = json.loads(fleet(project, broker.port, JSON="1")[1])
    assert board["online"] is True and board["ip"] == "192.168.1.42"
    assert None not in board.values()


@needs_mosquitto
def test_json_has_the_same_for_programs(broker: Broker, boards: Client, project: Path) -> None:
    status, shown = fleet(project, broker.port, JSON="1")
    kept = ("name", "version", "ip", "rssi", "uptime_s", "last_error")
    assert status == 0 and json.loads(shown) == [
        {"id": f"switch-{n:06x}", **{key: info(n)[key] for key in kept}, "online": n != 3}
        for n in range(COUNT)
    ]


STRANGE = (
    b"{{{",
    b"[1]",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"mem_free": 1}',
    b'{"name": 1, "version": [], "ip": null, "rssi": true, "uptime_s": 1e999}',
    b'{"uptime_s": ' + b"9" * 4000 + b', "rssi": "' + b"9" * 5000 + b'"}',
)


@needs_mosquitto
def test_a_strange_message_costs_its_own_board_the_cells_and_no_other(
    broker: Broker, boards: Client, project: Path
) -> None:
    for number, payload in enumerate(STRANGE):
        boards.say(f"wifi-switch/odd-{number}/info", payload, 1, retain=True)
    status, shown = fleet(project, broker.port)
    assert status == 0 and len(shown.splitlines()) == 2 + len(STRANGE) + COUNT
    for number in range(len(STRANGE)):
        assert row(shown, f"odd-{number}") == [f"odd-{number}", *"???????"]


@needs_mosquitto
def test_nothing_that_a_board_says_reaches_the_terminal_as_a_command(
    broker: Broker, boards: Client, project: Path
) -> None:
    said = {"name": "\x1b[2J\ud800\u202e\n", "last_error": "[red]x[/red] [/] :smile:"}
    boards.say("wifi-switch/\u00e4/info", json.dumps(said), 1, retain=True)
    _, shown = fleet(project, broker.port)
    assert row(shown, "?")[1] == "?[2J???" and "[red]x[/red] [/] :smile:" in shown
    assert all(c == "\n" or c == "\u2500" or " " <= c <= "~" for c in shown)


@needs_mosquitto
def test_on_a_narrow_terminal_addresses_and_ids_stay_whole(
    broker: Broker, boards: Client, project: Path
) -> None:
    settings = {"BROKER": f"127.0.0.1:{broker.port}", "COLUMNS": "80", "TERM": "dumb"}
    status, shown = run("fleet", project, **settings)  # which gives it a terminal
    assert status == 0 and max(map(len, shown.splitlines())) <= 80
    for number in range(COUNT):
        assert f"switch-{number:06x} " in shown and f" 192.168.1.{100 + number} " in shown
    assert "online" in shown


@needs_mosquitto
def test_a_removed_board_is_no_longer_listed(
    broker: Broker, boards: Client, project: Path
) -> None:
    for topic in ("info", "status"):
        boards.say(f"wifi-switch/switch-000005/{topic}", "", 1, retain=True)
    status, shown = fleet(project, broker.port)
    assert status == 0 and "switch-000005" not in shown and "switch-000006" in shown
    assert boards_of({"wifi-switch/a/info": b""}) == []  # removed while we listen


@needs_mosquitto
def test_with_the_access_list_of_the_documents_a_board_speaks_only_for_itself(
    make_broker: Callable[..., Broker], tmp_path: Path, project: Path
) -> None:
    blocks = (ROOT / "docs" / "fleet.md").read_text().split("```\n")
    (tmp_path / "acl").write_text(next(text for text in blocks if text.startswith("user fleet\n")))
    # It looks at names only, so no passwords are needed here.
    broker = make_broker(f"user root\nallow_anonymous true\nacl_file {tmp_path / 'acl'}\n")
    ids = "switch-000001", "switch-000002"
    clients = [Client(broker.port, user, "any") for user in (*ids, "fleet")]
    told = [json.dumps(info(1)), json.dumps(info(2)), json.dumps(info(3))]
    for client, text in zip(clients, told):
        client.say("wifi-switch/switch-000001/info", text, 1, retain=True)
        client.say("wifi-switch/switch-000001/set", "ON", 1, retain=True)
        client.say("homeassistant/switch/switch-000001/config", "{}", 1, retain=True)
        client.say("homeassistant/status", "online", 1, retain=True)
    listener = Client(broker.port, "homeassistant", "any")
    try:
        listener.wait("homeassistant/switch/switch-000001/config")
        assert listener.wait("wifi-switch/switch-000001/info") == told[0]
        assert listener.last("homeassistant/status") is None
    finally:
        for client in (*clients, listener):
            client.close()
    status, shown = fleet(project, broker.port, MQTT_USER="fleet", MQTT_PASSWORD="any")
    assert status == 0 and row(shown, ids[0])[1] == "lamp-01" and len(shown.splitlines()) == 3


def test_the_makefile_has_the_target() -> None:
    assert "\nfleet: tools.fleet ##" in (ROOT / "Makefile").read_text()

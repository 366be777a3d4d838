"""`make fleet`: what a real Mosquitto knows of 20 boards, as a table and as JSON, and each way in
which it cannot be asked, in one line.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker_rig import Broker, Client, free_port, needs_mosquitto
from tool_rig import ROOT, copy_project, run

from tools.errors import UserError
from tools.fleet import broker as broker_of
from tools.fleet.boards import boards as boards_of

COUNT = 20
CLOSED = "user root\nallow_anonymous false\npassword_file {}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project without settings."""
    return copy_project(tmp_path / "project", config=None)


def info(number: int) -> dict:
    """What a made-up board says of itself."""
    return {
        "name": f"lamp-{number:02}",
        "version": "1.0.0+abcdef12",
        "ip": f"192.168.1.{100 + number}",
        "rssi": -50 - number,
        "uptime_s": 3600 * number,
        "mem_free": 20000,
        "reset_cause": "power-on",
        "last_error": "api.py:7: OSError: 28" if number == 7 else "",
    }


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


def fleet(project: Path, port: int, **settings: str) -> tuple[int, str]:
    """(exit status, what it printed) of the tool without a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.fleet"],
        cwd=project,
        env={**os.environ, "BROKER": f"127.0.0.1:{port}", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=40,
    )
    return done.returncode, done.stdout


def row(shown: str, id: str) -> list[str]:
    """The cells of a board's row."""
    return next(line for line in shown.splitlines() if line.startswith(id)).split()


def one_error(shown: str, *words: str) -> bool:
    """Whether it is one line, an error, with these words."""
    return (
        shown.startswith("error: ") and shown.count("\n") == 1 and all(w in shown for w in words)
    )


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
def test_a_broker_without_boards_says_so(broker: Broker, project: Path) -> None:
    status, shown = fleet(project, broker.port)
    assert status == 1 and one_error(shown, "knows no board", "MQTT_HOST")


@pytest.fixture
def closed(make_broker: Callable[..., Broker], tmp_path: Path) -> Broker:
    """A broker that lets in only "fleet" with the password "right"."""
    tool = shutil.which("mosquitto_passwd")
    if not tool:
        pytest.skip("no mosquitto_passwd here")
    file = tmp_path / "passwords"
    subprocess.run([tool, "-b", "-c", file, "fleet", "right"], check=True, capture_output=True)
    return make_broker(CLOSED.format(file))


@needs_mosquitto
def test_a_wrong_password_is_an_error_of_one_line_without_it(
    closed: Broker, project: Path
) -> None:
    user = {"MQTT_USER": "fleet"}
    status, shown = fleet(project, closed.port, **user, MQTT_PASSWORD="hunter2")
    assert status == 1 and one_error(shown, "refuses user 'fleet'", "MQTT_PASSWORD")
    assert "hunter2" not in shown
    status, shown = fleet(project, closed.port)
    assert status == 1 and one_error(shown, "clients without a user", "MQTT_USER")
    status, shown = fleet(project, closed.port, **user, MQTT_PASSWORD="right")
    assert status == 1 and one_error(shown, "knows no board")


@needs_mosquitto
def test_user_and_password_of_webrepl_cfg_count_where_the_environment_has_none(
    closed: Broker, project: Path
) -> None:
    settings = 'MQTT_USER = "fleet"\nMQTT_PASSWORD = "right"\n'
    (project / "webrepl_cfg.py").write_text(settings)
    assert one_error(fleet(project, closed.port)[1], "knows no board")
    # A user of the environment is not given the password of another one.
    assert one_error(fleet(project, closed.port, MQTT_USER="fleet")[1], "refuses user 'fleet'")


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


def test_no_broker_is_an_error_of_one_line(project: Path) -> None:
    status, shown = fleet(project, free_port())
    assert status == 1 and one_error(shown, "no broker at 127.0.0.1:", "BROKER")


@pytest.mark.parametrize("wrong", ["", "a b", "a:0", "a:99999", "mqtt://a", "a:"])
def test_a_broker_that_is_no_address_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("BROKER", wrong)
    with pytest.raises(UserError, match="BROKER.*give BROKER=host or BROKER=host:port"):
        broker_of.from_environment()


ACCEPTED = b"\x20\x02\0\0"
NO_MQTT = {
    "nothing": b"",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n" * 99,
    "no code": b"\x20\0",
    "PUBLISH without a topic": ACCEPTED + b"\x30\1\0",
    "PUBLISH whose topic is cut off": ACCEPTED + b"\x30\3\0\x09a",
    "PUBLISH whose topic is no UTF-8": ACCEPTED + b"\x30\4\0\2\xff\xff",
    "PUBLISH of another topic": ACCEPTED + b"\x30\3\0\1a",
    "SUBACK without a code": ACCEPTED + b"\x90\2\0\1",
    "SUBACK without an id": ACCEPTED + b"\x90\0",
}


@pytest.mark.parametrize("answer", NO_MQTT.values(), ids=NO_MQTT)
def test_a_server_that_is_no_broker_is_an_error_of_one_line(project: Path, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(answer)
            if answer.startswith(ACCEPTED):
                connection.recv(1000)
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        status, shown = fleet(project, server.getsockname()[1])
        thread.join()
    assert status == 1 and one_error(shown, "MQTT broker")


def test_the_makefile_has_the_target() -> None:
    assert "\nfleet: tools.fleet ##" in (ROOT / "Makefile").read_text()

"""`make fleet` where it cannot get an answer: one line says what is wrong and what to do."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from broker_rig import Broker, needs_mosquitto
from fleet_rig import fleet, one_error
from tool_rig import copy_project

from tools.errors import UserError
from tools.fleet import broker as broker_of
from tools.soak.mosquitto import free_port

CLOSED = "user root\nallow_anonymous false\npassword_file {}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project without settings."""
    return copy_project(tmp_path / "project", config=None)


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

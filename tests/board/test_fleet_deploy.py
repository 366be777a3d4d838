"""`make deploy HOSTS=@fleet`: which boards, in which order, and where it stops."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from broker_rig import Broker, Client, needs_mosquitto
from deploy_rig import Files, Target, changed

from tools.board import calls, connection, session
from tools.deploy import __main__ as tool
from tools.deploy import rollout
from tools.deploy.screen import Rows
from tools.errors import UserError

Make = Callable[[Files | bytes], Target]
NOBODY = "127.0.0.1:9"


@pytest.fixture
def deploy_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """deploy_to(hosts, settings): the tool's exit status, where these boards are the fleet."""
    monkeypatch.setattr(rollout, "_WATCH_S", 0.1)

    def run(*hosts: str, **settings: str) -> int:
        monkeypatch.setattr(rollout, "hosts", lambda: list(hosts))
        for name, value in {"HOSTS": "@fleet", **settings}.items():
            monkeypatch.setenv(name, value)
        return tool.run()

    return run


def host(target: Target) -> str:
    return urlsplit(target.board.webrepl).netloc


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(1, [1]), (2, [1, 1]), (20, [1, 2, 8, 8, 1]), (100, [1, 8, *[8] * 11, 3])],
)
def test_few_boards_come_first_and_none_is_left_out(count: int, sizes: list[int]) -> None:
    hosts = [str(number) for number in range(count)]
    waves = rollout.waves(hosts)
    assert [len(wave) for wave in waves] == sizes and sum(waves, []) == hosts


@needs_mosquitto
def test_only_boards_that_are_online_at_an_address_of_a_home_are_deployed_to(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("BROKER", f"127.0.0.1:{broker.port}")
    monkeypatch.setenv("MQTT_USER", "anybody")
    client = Client(broker.port)
    said = {
        "a": ("10.0.0.1", "offline"),
        "b": ("8.8.8.8", "online"),
        "c": ("$(reboot)", "online"),
        "d": (None, "online"),
        "e": ("10.0.0.2", "?"),
        "f": ("10.0.0.3", "online"),
    }

    def say(id: str) -> None:
        ip, status = said[id]
        client.say(f"wifi-switch/{id}/info", json.dumps({"ip": ip}), 1, retain=True)
        client.say(f"wifi-switch/{id}/status", status, 1, retain=True)

    try:
        for id in "abcde":
            say(id)
        with pytest.raises(UserError, match="no board online; see `make fleet`"):
            rollout.hosts()
        say("f")
        assert rollout.hosts() == ["10.0.0.3"]
        assert "1 of the broker's 6 boards are online" in capsys.readouterr().out
    finally:
        client.close()


def test_all_boards_get_it_and_a_second_run_changes_nothing(
    files: Files, make_target: Make, deploy_to: Callable[..., int]
) -> None:
    targets = [make_target(changed(files, **{"main.py": b"old"})) for _ in range(2)]
    hosts = [host(target) for target in targets]
    assert deploy_to(*hosts, DRY_RUN="1") == 2
    assert [target.writes() for target in targets] == [0, 0]
    assert deploy_to(*hosts, DRY_RUN="0") == 0
    assert all(target.files()["/main.py"] != b"old" and target.serves() for target in targets)
    written = [target.writes() for target in targets]
    assert deploy_to(*hosts) == 0
    assert [target.writes() for target in targets] == written


def test_the_first_failure_leaves_later_boards_alone_and_says_how_to_go_on(
    files: Files, make_target: Make, deploy_to: Callable[..., int]
) -> None:
    stale = changed(files, **{"main.py": b"old"})
    first, last = make_target(stale), make_target(stale)
    with pytest.raises(UserError, match="stopped after a failure at board 2 of 3.*again"):
        deploy_to(host(first), NOBODY, host(last))
    assert first.files()["/main.py"] != b"old" and last.writes() == 0


def fail() -> None:
    """Runs on the board."""
    from device import rtc_state

    rtc_state.record("it broke")


def test_a_first_board_that_fails_while_it_is_watched_stops_the_rollout(
    files: Files,
    make_target: Make,
    deploy_to: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, last = make_target(files), make_target(changed(files, **{"main.py": b"old"}))
    look = rollout._state

    def look_and_break(name: str) -> dict:
        state = look(name)
        with session.raw_repl(connection.open_board(name)) as board:
            calls.run(board, fail)
        return state

    monkeypatch.setattr(rollout, "_state", look_and_break)
    with pytest.raises(UserError, match="failed while it was watched .it broke"):
        deploy_to(host(first), host(last))
    assert last.writes() == 0


def test_a_first_board_that_goes_while_it_is_watched_stops_the_rollout(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout, "_WATCH_S", 0.1)
    with pytest.raises(UserError, match=f"because {NOBODY} did not answer"):
        rollout.rollout([NOBODY, "other"], lambda wave: 0, dry=False, rows=Rows())

"""GET /log and GET /metrics survive what happens to the board."""

import client
from deploy_rig import Files, Target, changed, variants
from fault_rig import boot
from prometheus_client.parser import text_string_to_metric_families as families
from timer_rig import Make, with_settings

from tools.virtual_board.chip import EXCEPTION

ALL = ("METRICS = True", "EVENT_LOG = True", "AUTO_OFF_S = 60", "POWER_ON = 'on'")


def text(target: Target, path: str) -> str:
    status, body = client.request(target.board.http, "GET", path)
    assert status == 200
    return body.decode()


def log(target: Target) -> list[str]:
    """What happened, newest first, without the times."""
    return [line.split("  ", 1)[1] for line in text(target, "/log").splitlines()]


@variants
def test_the_log_has_what_came_before_a_crash(make_with: Make, variant: str) -> None:
    target = make_with("EVENT_LOG = True", variant=variant)
    client.set_led(target.board.http, True)
    boot(target.board, lambda chip: chip.hard_reset(EXCEPTION))
    assert log(target) == ["boot exception, on", "on, web", "boot power-on, off"]
    target.power_cycle()
    assert log(target) == ["boot power-on, off"]


def test_a_deploy_is_in_the_log(make_with: Make, files: Files) -> None:
    target = make_with("EVENT_LOG = True")
    new = with_settings(files, "EVENT_LOG = True")
    pages = new["/device/pages.mpy"]
    at = pages.index(b"1.0.0+") + 6
    changes = {"device/pages.mpy": pages[:at] + b"99887766" + pages[at + 8 :]}
    assert target.deploy("HOST", changed(new, **changes))[0] == 0
    assert log(target)[:2] == ["deploy 998877", "boot software, off"]


@variants
def test_prometheus_reads_a_board(make_with: Make, variant: str) -> None:
    target = make_with("METRICS = True", variant=variant)
    client.set_led(target.board.http, True)
    found = {f.name: f.samples[0].value for f in families(text(target, "/metrics"))}
    assert found["switch_on"] == 1 and found["switch_changes"] == 1 and len(found) == 9


def test_all_features_at_once_serve_from_flash(make_with: Make) -> None:
    target = make_with(*ALL, variant="romfs")
    assert client.led(target.board.http) is True  # POWER_ON
    target.board.do(lambda chip: chip.clock.advance(61_000))
    target.board.wait_for(lambda chip: not chip.gpio.led())
    assert log(target) == ["off, timer", "boot power-on, on"]
    assert "switch_on 0" in text(target, "/metrics")
    assert "Traceback" not in target.board.console


def test_without_the_settings_there_is_neither(make_with: Make) -> None:
    target = make_with()
    for path in ("/metrics", "/log"):
        assert client.request(target.board.http, "GET", path)[0] == 404

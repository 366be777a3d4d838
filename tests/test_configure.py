"""make configure without a terminal: the environment answers, and no secret is shown."""

import contextlib
import os
import re
import subprocess
import sys

import pytest
from configure_rig import ROOT, configure_without_terminal, environment, mode_of, values_in
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import configure
from tools.settings_table import ASKED

NASTY = 'it\'s a "\\%s" pass\\'


def test_without_a_terminal_the_environment_fills_in_and_no_secret_is_shown(tmp_path):
    done = configure_without_terminal(tmp_path, WIFI_SSID="home", WIFI_PASSWORD=NASTY, LED_PIN="5")
    assert (done.returncode, done.stderr) == (0, "")
    assert values_in(tmp_path)["WIFI_PASSWORD"] == NASTY
    assert values_in(tmp_path)["LED_PIN"] == 5
    assert NASTY not in done.stdout
    assert mode_of(tmp_path / "webrepl_cfg.py") == 0o600


def test_without_a_terminal_what_the_environment_lacks_stays_as_it_was(tmp_path):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text(
        '# mine\nBASE = "https://example.org"  # the client\nPASS = "abcd"\nLED_PIN = (4)\n'
    )
    file.chmod(0o644)
    done = configure_without_terminal(tmp_path, PASS="efgh")
    assert done.returncode == 0
    assert file.read_text().startswith(
        "# mine\nBASE = \"https://example.org\"  # the client\nPASS = 'efgh'\nLED_PIN = (4)\n"
    )
    assert mode_of(file) == 0o600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WIFI_SSID", "é" * 17),
        ("WIFI_PASSWORD", "7 bytes"),
        ("WIFI_PASSWORD", "x" * 64),
        ("PASS", "abc"),
        ("PASS", "ten bytes!"),
        ("PASS", "tab\there"),
        ("PASS", os.fsdecode(b"not\xff8")),
        ("AP_PASSWORD", "1234567"),
        ("HOSTNAME", "-lamp"),
        ("HOSTNAME", "l" * 33),
        ("HOSTNAME", ""),
        ("LED_PIN", "6"),
        ("LED_PIN", "two"),
        ("LED_ACTIVE_LOW", "maybe"),
    ],
)
def test_an_unfit_value_is_refused_by_name_and_the_settings_stay(tmp_path, name, value):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text("PASS = 'abcd'\n")
    done = configure_without_terminal(tmp_path, **{"WIFI_SSID": "home", name: value})
    assert done.returncode == 1
    assert re.fullmatch(rf"error: {name} in the environment .*; .*\n", done.stderr)
    assert len(value) < 4 or value not in done.stderr + done.stdout
    assert file.read_text() == "PASS = 'abcd'\n"
    assert os.listdir(tmp_path) == ["webrepl_cfg.py"]


def test_with_nobody_to_ask_and_nothing_set_it_says_what_to_set(tmp_path):
    done = configure_without_terminal(tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"error: not a terminal.*; set .*WIFI_SSID, .*\n", done.stderr)
    assert not os.listdir(tmp_path)


def test_a_value_with_a_dollar_goes_in_front_of_make_as_it_is_told(tmp_path):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / ".venv/.installed").touch()
    done = subprocess.run(
        ["make", "-f", ROOT / "Makefile", "configure"],
        cwd=tmp_path,
        env=environment(PASS="ab$cde"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert values_in(tmp_path)["PASS"] == "ab$cde"
    told = configure_without_terminal(tmp_path).stderr
    for text in (told, (ROOT / "docs" / "commands.md").read_text("utf-8")):
        assert re.search(
            r"alues with `?\$`? go in front of make\b.*PASS='...' make conf", text, re.S
        )


def test_the_key_of_a_network_will_do_for_its_password(tmp_path):
    key = "0123456789abcdefABCDEF" * 3
    told = configure_without_terminal(tmp_path, WIFI_PASSWORD=key).stderr
    assert "must have 8 to 63 characters (bytes of UTF-8) or be 64 hex digits; it has 66" in told
    assert configure_without_terminal(tmp_path, WIFI_PASSWORD=key[:64]).returncode == 0
    assert values_in(tmp_path)["WIFI_PASSWORD"] == key[:64]


def test_the_board_is_not_named_after_the_pc(tmp_path, monkeypatch):
    monkeypatch.setattr(configure.socket, "gethostname", lambda: "my-pc")
    monkeypatch.setenv("HOSTNAME", "my-pc")
    monkeypatch.setenv("WIFI_SSID", "home")
    assert "HOSTNAME" not in configure.from_environment()
    monkeypatch.setenv("HOSTNAME", "lamp")
    assert configure.from_environment()["HOSTNAME"] == "lamp"


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(ASKED), st.text(max_size=70) | st.sampled_from(["16", "1", "n", "True"]))
def test_what_is_accepted_here_the_board_accepts_too(setting, answer):
    from device import config

    with contextlib.suppress(ValueError):
        value = configure.parse(setting, answer)
        sys.modules["webrepl_cfg"] = type(sys)("webrepl_cfg")
        setattr(sys.modules["webrepl_cfg"], setting.name, value)
        loaded = config.load()
        had = getattr(loaded, setting.name, value)  # not there: the feature is off
        assert (loaded.problem, had) == ("", value)


def test_settings_that_may_leave_nobody_a_way_to_the_board_are_warned_of(tmp_path):
    done = configure_without_terminal(tmp_path, LED_PIN="4")
    assert done.returncode == 0
    assert "warning: WIFI_SSID and AP_PASSWORD are empty" in done.stdout
    assert "warning" not in configure_without_terminal(tmp_path, WIFI_SSID="home").stdout

"""Mistakes in webrepl_cfg.py: the board says where they are, gives no secret away, and whoever
slips does not open the switch to everybody.
"""

import re

import machine
import pytest

from device import config


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)


@pytest.mark.parametrize(
    "text, line",
    [
        ('PASS = "abcd"\nHTTP_PASSWORD = "hunter2\n', 2),
        ("HTTP_PASSWORD = hunter2\n", 1),
        ("\n\nimport hunter2\n", 3),
        ("HTTP_PASSWORD = 'hunter2'\n1/0\n", 2),
        ("raise ValueError('hunter2')\n", 1),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_by_line_and_gives_no_secret_away(
    load_config, text, line
):
    settings = load_config(text)
    assert re.fullmatch(rf"webrepl_cfg.py, line {line}: \w+Error; so nobody .*", settings.problem)


@pytest.mark.parametrize(
    "text",
    [
        'HTTP_PASSWORD = "hunter2',
        "HTTP_PASSWORD = hunter2",
        "HTTP_PASSWORD = 12345",
        "HTTP_PASSWORD = None",
        f"HTTP_PASSWORD = {'x' * 65!r}",
        "import nothing_of_that_name",
    ],
)
def test_a_slip_in_the_file_does_not_open_the_switch_to_everybody(load_config, text):
    first, second = load_config(text).HTTP_PASSWORD, load_config(text).HTTP_PASSWORD
    assert len(first) == 32
    assert first != second


@pytest.mark.parametrize(
    "name", ["HTTP_PASSWRD", "http_password", "Password", "HTTP_PW", "AP_PASS"]
)
def test_a_slip_in_a_password_s_name_does_not_open_the_switch_to_everybody(load_config, name):
    settings = load_config(f"HOSTNAME = 'lamp'\n{name} = 'sesame'\n")
    assert len(settings.HTTP_PASSWORD) == 32 and settings.HOSTNAME == "lamp"
    told = f"webrepl_cfg.py: unknown: {name}; so nobody gets into the page"
    assert settings.problem == told


def test_an_unknown_name_is_told_and_one_s_own_is_not(load_config):
    settings = load_config(
        "import os\n_PASSWORD = 'x'\nLED_PN = 4\nHTTP_PASSWORD = 'y'\nMY_PASS = 'z'\n"
    )
    assert settings.problem == "webrepl_cfg.py: unknown: LED_PN, MY_PASS, os"
    assert settings.HTTP_PASSWORD == "y" and settings.LED_PIN == 2


def test_a_folder_that_hides_the_file_does_not_open_the_switch(monkeypatch, tmp_path):
    (tmp_path / "webrepl_cfg").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    settings = config.load()
    assert len(settings.HTTP_PASSWORD) == 32
    assert settings.problem.startswith("webrepl_cfg.py is hidden by a folder webrepl_cfg: remove")


def test_a_file_that_ends_the_program_is_reported_like_any_other_mistake(load_config):
    settings = load_config("HTTP_PASSWORD = 'x'\nraise SystemExit\n")
    assert settings.problem.startswith("webrepl_cfg.py, line 2: SystemExit")
    assert len(settings.HTTP_PASSWORD) == 32

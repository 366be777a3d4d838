"""webrepl_cfg.py is checked on the PC: what the board would refuse is told before a deploy."""

import re

import pytest

from tools.errors import UserError
from tools.settings_check import check


@pytest.mark.parametrize(
    "line, told",
    [
        ("PASS = 'ten bytes!'", "PASS must have 4 to 9 .*; it has 10"),
        ("LED_PIN = 0", "LED_PIN must be one of 2, 4, 5"),
        ("LED_PIN = 'two'", "LED_PIN must be one of 2, 4, 5"),
        ("HTTP_PASSWORD = 1234", "HTTP_PASSWORD must be a text in quotes"),
        ("WIFI_SSID = home", "WIFI_SSID must be a text in quotes"),
        ("LED_ACTIVE_LOW = true", "LED_ACTIVE_LOW must be one of False, True"),
        ("PASS = 'ab' + 'cd'", "PASS is not a plain value"),
        ("del PASS", "PASS is not a plain value"),
        ("from secret99 import *", "a setting is not a plain value"),
        ("HTTP_PASSWRD = 'secret99'", "HTTP_PASSWRD .line 2. is no setting: HTTP_PASSWORD may be"),
        ("http_password = 'secret99'", "http_password .line 2. is no setting: HTTP_PASSWORD may"),
        ("LED_PN = 4", "LED_PN .line 2. is no setting: LED_PIN may be meant"),
        ("PW = 'secret99'", "PW .line 2. is no setting, but it looks like a password"),
    ],
)
def test_what_the_board_would_refuse_is_told_in_one_line_without_a_secret(line, told):
    with pytest.raises(UserError) as error:
        check(f"WIFI_SSID = 'home'\n{line}\n")
    assert re.match(f"webrepl_cfg.py: {told}", str(error.value))
    assert "(line 2)" in str(error.value) and "\n" not in str(error.value)
    assert str(error.value).endswith("correct it, or run `make configure`")
    assert not re.search("secret99|ten bytes|1234|home", str(error.value).replace("4 to 9", ""))


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(UserError, match=r"PASS must .*\(line 1\), LED_PIN must .*\(line 2\);"):
        check("PASS = 'x'\nLED_PIN = 3\n")


def test_names_of_one_s_own_pass_with_a_warning_or_without():
    source = "import os\n_MINE = 1\nWIFI_SSID = 'home'\n"
    assert check(source) == []
    (warning,) = check(source + "BROKER = 'x'\n")
    assert "BROKER (line 4) is no setting" in warning


@pytest.mark.parametrize("source", ["", "WIFI_SSID = ''\nPASS = 'abcd'\n"])
def test_a_board_that_may_be_in_no_network_is_warned_of(source):
    (warning,) = check(source)
    assert "nobody can reach the switch" in warning
    assert ("WebREPL is off" in warning) is ("PASS" not in source)
    assert check("AP_PASSWORD = '12345678'\n") == []

"""make configure: what it makes of the settings and the example that are there."""

import os
import re
import shutil

import pytest
from configure_rig import ROOT, configure_without_terminal, values_in

from tools.settings_table import ASKED


def test_the_example_lends_its_comments_but_none_of_its_passwords(tmp_path):
    shutil.copy(ROOT / "webrepl_cfg.py.example", tmp_path)
    done = configure_without_terminal(tmp_path, WIFI_SSID="home")
    assert done.returncode == 0
    first = {setting.name: setting.default for setting in ASKED if not setting.feature}
    assert values_in(tmp_path) == {**first, "WIFI_SSID": "home"}
    comments = re.findall("^#.*", (ROOT / "webrepl_cfg.py.example").read_text(), re.M)
    assert re.findall("^#.*", (tmp_path / "webrepl_cfg.py").read_text(), re.M) == comments


def test_a_setting_of_a_feature_takes_the_place_of_its_comment(tmp_path):
    shutil.copy(ROOT / "webrepl_cfg.py.example", tmp_path)
    configure_without_terminal(tmp_path, MQTT_HOST="broker.lan", MQTT_PORT="1884")
    text = (tmp_path / "webrepl_cfg.py").read_text()
    example = (ROOT / "webrepl_cfg.py.example").read_text()
    assert "\nMQTT_HOST = 'broker.lan'\n" in text and "\nMQTT_PORT = 1884\n" in text
    assert "\n# MQTT_USER" in text and text.count("\n") == example.count("\n")


def test_settings_that_are_not_python_are_reported_by_line_and_not_quoted(tmp_path):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text("WIFI_SSID = 'home'\nPASS = 'my secret\n")
    done = configure_without_terminal(tmp_path, WIFI_SSID="home")
    assert done.returncode == 1
    assert "not valid Python at line 2; correct that line" in done.stderr
    assert "my secret" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["webrepl_cfg.py", "webrepl_cfg.py.example"])
def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path, name):
    (tmp_path / name).mkdir()
    done = configure_without_terminal(tmp_path, WIFI_SSID="home")
    told = f"error: cannot read {name} (Is a directory); correct that\n"
    assert (done.returncode, done.stderr) == (1, told)


@pytest.mark.parametrize("line", ["HTTP_PASSWORD = 1234", 'AP_PASSWORD: str = "secret99"'])
def test_a_setting_that_cannot_be_read_is_named_and_nothing_is_written(tmp_path, line):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text(f"WIFI_SSID = 'home'\n{line}\n")
    done = configure_without_terminal(tmp_path, WIFI_SSID="office")
    what = f"{re.match('[A-Z_]+', line)[0]} in webrepl_cfg.py is not a plain value (line 2)"
    told = f"error: {what}; write it as in webrepl_cfg.py.example\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    assert file.read_text() == f"WIFI_SSID = 'home'\n{line}\n"
    assert os.listdir(tmp_path) == ["webrepl_cfg.py"]


def test_the_mark_that_windows_editors_put_in_front_is_no_mistake(tmp_path):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text("PASS = 'abcd'\n", encoding="utf-8-sig")
    assert configure_without_terminal(tmp_path, WIFI_SSID="home").returncode == 0
    assert values_in(tmp_path)["PASS"] == "abcd"

"""make configure at a terminal: questions, answers, and passwords that do not show."""

import contextlib
import fcntl
import os
import pty
import select
import stat
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tools.configure import random_password
from tools.settings import read

ROOT = Path(__file__).resolve().parent.parent
NASTY = 'it\'s a "\\%s" pass\\'


def configure_on_terminal(folder: Path, *answers: str) -> tuple[int, str]:
    """Type each answer when it is asked for, and Enter alone at all further questions.

    Returns exit status and all that the terminal showed.
    """
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.configure"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(slave)
    shown = b""
    waiting = list(answers)
    with contextlib.suppress(OSError):  # the terminal closes with the process
        while select.select([master], [], [], 20)[0]:
            shown += os.read(master, 4096)
            if shown.endswith(b"]: "):
                os.write(master, (waiting.pop(0) if waiting else "").encode() + b"\n")
    os.close(master)
    return process.wait(10), shown.decode()


def values_in(folder: Path) -> dict:
    return read((folder / "webrepl_cfg.py").read_text(encoding="utf-8"))


def test_answers_typed_on_a_terminal_become_the_settings_and_no_secret_is_shown(tmp_path):
    secrets = [NASTY, "wr pass!", "Häuschen%", "own network"]
    status, shown = configure_on_terminal(
        tmp_path, "Café 5%", secrets[0], "lamp", secrets[1], secrets[2], secrets[3], "4", "n"
    )
    assert status == 0
    assert values_in(tmp_path) == {
        "WIFI_SSID": "Café 5%",
        "WIFI_PASSWORD": NASTY,
        "HOSTNAME": "lamp",
        "PASS": "wr pass!",
        "HTTP_PASSWORD": "Häuschen%",
        "AP_PASSWORD": "own network",
        "LED_PIN": 4,
        "LED_ACTIVE_LOW": False,
    }
    assert not [secret for secret in secrets if secret in shown]
    assert stat.S_IMODE((tmp_path / "webrepl_cfg.py").stat().st_mode) == 0o600


def test_a_wrong_answer_is_asked_again_and_not_written(tmp_path):
    answers = [
        "x" * 33,
        "home",
        "short",
        "",
        "two words",
        "lamp",
        "abc",
        "abcd",
        "",
        "",
        "6",
    ]
    status, shown = configure_on_terminal(tmp_path, *answers)
    assert status == 0
    assert values_in(tmp_path)["PASS"] == "abcd"
    assert values_in(tmp_path)["WIFI_PASSWORD"] == ""
    assert values_in(tmp_path)["LED_PIN"] == 2
    assert "must have 1 to 32 characters (bytes of UTF-8); it has 33" in shown
    assert "must have 8 to 63" in shown and "must have 4 to 9" in shown
    assert "must be letters, digits" in shown and "must be one of 2, 4, 5" in shown
    assert "short" not in shown


def test_enter_keeps_what_was_set_and_a_dash_empties_it(tmp_path):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text("WIFI_SSID = 'home'\nPASS = 'abcd'\nHTTP_PASSWORD = 'secret'\n")
    status, shown = configure_on_terminal(tmp_path, "", "", "", "", "-")
    assert status == 0
    assert (values_in(tmp_path)["PASS"], values_in(tmp_path)["HTTP_PASSWORD"]) == ("abcd", "")
    assert "[home]" in shown and shown.count("[unchanged]") == 2
    assert "abcd" not in shown and "secret" not in shown


def test_enter_keeps_the_key_of_a_network(tmp_path):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text(f"WIFI_PASSWORD = '{'0a' * 32}'\n")
    status, shown = configure_on_terminal(tmp_path)
    assert status == 0 and "must have" not in shown
    assert values_in(tmp_path)["WIFI_PASSWORD"] == "0a" * 32


def test_a_setting_that_cannot_be_read_is_named_before_anything_is_asked(tmp_path):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text("HTTP_PASSWORD = 1234\n")
    status, shown = configure_on_terminal(tmp_path)
    assert (status, file.read_text()) == (1, "HTTP_PASSWORD = 1234\n")
    assert shown.startswith("error: HTTP_PASSWORD in webrepl_cfg.py is not a plain value")
    assert shown.count("\n") == 1


@pytest.mark.parametrize("key", ["\x04", "\x03"])  # Ctrl-D, Ctrl-C
def test_giving_up_halfway_leaves_the_old_settings_and_one_line(tmp_path, key):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text("PASS = 'abcd'\n")
    status, shown = configure_on_terminal(tmp_path, "home", key)
    assert status == 1
    assert file.read_text() == "PASS = 'abcd'\n"
    assert "error: " in shown and "Traceback" not in shown


def test_enter_alone_all_the_way_says_that_nobody_can_reach_such_a_board(tmp_path):
    status, shown = configure_on_terminal(tmp_path, "", "", "", "", "", "-")
    assert status == 0
    assert "warning: WIFI_SSID and AP_PASSWORD are empty" in shown and "WebREPL is off" in shown
    assert "by this code" not in shown


def test_enter_alone_gives_the_access_point_a_password_of_its_own_and_shows_its_code(tmp_path):
    status, shown = configure_on_terminal(tmp_path)
    password = values_in(tmp_path)["AP_PASSWORD"]
    assert status == 0 and f"[{password}]" in shown and len(password) == 14
    assert "join switch by this code:" in shown and "\u2588" in shown
    # The next time it is kept, and another board gets another.
    status, shown = configure_on_terminal(tmp_path)
    assert values_in(tmp_path)["AP_PASSWORD"] == password and password not in shown
    assert random_password() != random_password()

"""webrepl_cfg.py on the PC: it is read and written without losing anything."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import UserError
from tools.settings import known, read, render, write

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["PASS", "WIFI_SSID", "WIFI_PASSWORD", "HTTP_PASSWORD"]
INTERPRETER = shutil.which("micropython", path=str(Path(sys.executable).parent)) or shutil.which(
    "micropython"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("board")


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        'it\'s a "\\%s" pass\\',
        "\0",
        "\r\n",
        "\x85\u2028",
        "'\"",
        '"""',
        "\\N{BEE}",
        "\ufeff",
        "\U000e0001",
        "%d{0}",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), anything), anything)
def test_any_character_in_a_password_survives_the_settings_file(values, comment):
    values["LED_ACTIVE_LOW"] = False
    source = f"# {comment!r}\nBASE = {comment!r}; PASS = '''x\ny'''  # {comment!r}\nLED_PIN = 4\n"
    written = render(source, values)
    assert read(written) == {"BASE": comment, "PASS": "x\ny", "LED_PIN": 4, **values}
    namespace: dict = {}
    exec(compile(written, "webrepl_cfg.py", "exec"), namespace)
    assert {name: namespace[name] for name in values} == values


@pytest.mark.skipif(not INTERPRETER, reason="no micropython on this machine")
@settings(deadline=None, max_examples=30)
@given(st.lists(anything, min_size=1, max_size=50))
def test_the_board_reads_the_very_passwords_that_were_typed(folder, passwords):
    values = {f"P{number}": password for number, password in enumerate(passwords)}
    write(folder / "webrepl_cfg.py", render("", values))
    script = f"import webrepl_cfg as c\nfor n in {[*values]}: print(getattr(c, n).encode().hex())"
    done = subprocess.run(
        [INTERPRETER, "-c", script], cwd=folder, capture_output=True, text=True, check=True
    )
    assert [bytes.fromhex(line).decode() for line in done.stdout.splitlines()] == passwords


DEFAULTS = {"PASS": "", "LED_PIN": 2, "LED_ACTIVE_LOW": True}


def test_what_is_plainly_set_is_known_and_the_rest_has_its_default():
    source = "BASE = A = 1 + 1\nPASS = 'old'; PASS = ('a'  # and\n 'b')\nprint(LED_PIN, A.PASS)"
    assert known(source, DEFAULTS) == {**DEFAULTS, "PASS": "ab"}
    source = "LED_PIN = 4; LED_ACTIVE_LOW = False"
    assert known(source, DEFAULTS) == {"PASS": "", "LED_PIN": 4, "LED_ACTIVE_LOW": False}


@pytest.mark.parametrize("before", ["", "PASS = 'plain'\n"])
@pytest.mark.parametrize(
    "line",
    [
        "PASS = 12345",
        "PASS = None",
        "PASS = b'secret'",
        "PASS = ('secret',)",
        "PASS = 'sec' + 'ret'",
        "PASS = f'secret'",
        "PASS = other",
        "PASS: str = 'secret'",
        "PASS += 'secret'",
        "A = PASS = 'secret'",
        "PASS = A = 'secret'",
        "PASS, A = 'secret', 1",
        "[A, *PASS] = 'secret'",
        "if True: PASS = 'secret'",
        "print(PASS := 'secret')",
        "for PASS in ['secret']: pass",
        "with a as PASS: pass",
        "try: a\nexcept OSError as PASS: pass",
        "import PASS.a",
        "from a import b as PASS",
        "def PASS(): pass",
        "class PASS: pass",
        "def f():\n global PASS\n PASS = 'secret'",
        "match a:\n case [*PASS]: pass",
        "match a:\n case {**PASS}: pass",
        "del PASS",
        "LED_PIN = '4'",
        "LED_PIN = True",
        "LED_ACTIVE_LOW = 1",
        "LED_ACTIVE_LOW = not True",
        "from a import *",
    ],
)
def test_a_setting_that_is_not_plain_is_an_error_and_never_missing(before, line):
    named = [name for name in DEFAULTS if name in line] or ["a setting"]
    with pytest.raises(UserError) as error:
        known(before + line, DEFAULTS)
    expected = rf"{named[0]} in webrepl_cfg.py is not a plain value \(line \d\); write it as in .*"
    assert re.fullmatch(expected, str(error.value)) and "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("A = 1\nPASS = 'secret\0'\n", "at line 2; correct that line"),
        ("\0", "at line 1; correct that line"),
        ("A = 1\nPASS = (\n", "at line 2; correct that line"),
    ],
)
def test_what_is_not_python_is_reported_by_line(source, told):
    for reader in (read, lambda text: known(text, DEFAULTS), lambda text: render(text, {})):
        with pytest.raises(UserError) as error:
            reader(source)
        assert str(error.value) == f"webrepl_cfg.py is not valid Python {told}"


def test_nobody_else_can_read_the_settings_while_they_are_written(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(os.fstat(handle).st_mode & 0o777))
    old = os.umask(0)
    try:
        write(tmp_path / "webrepl_cfg.py", "PASS = 'abcd'\n")
    finally:
        os.umask(old)
    assert seen == [0o600]
    assert stat.S_IMODE((tmp_path / "webrepl_cfg.py").stat().st_mode) == 0o600


def test_a_full_disk_leaves_the_old_settings(tmp_path, monkeypatch):
    file = tmp_path / "webrepl_cfg.py"
    file.write_text("PASS = 'abcd'\n")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="cannot write .*No space left"):
        write(file, "PASS = 'efgh'\n")
    assert file.read_text() == "PASS = 'abcd'\n"
    assert os.listdir(tmp_path) == ["webrepl_cfg.py"]


def test_settings_kept_elsewhere_through_a_link_stay_there(tmp_path):
    (tmp_path / "safe").mkdir()
    link = tmp_path / "webrepl_cfg.py"
    link.symlink_to("safe/mine.py")
    write(link, "PASS = 'abcd'\n")
    assert link.is_symlink() and (tmp_path / "safe/mine.py").read_text() == "PASS = 'abcd'\n"


@pytest.mark.parametrize("name", ["webrepl_cfg.py", ".new-abc/webrepl_cfg.py"])
def test_git_never_takes_the_passwords(name):
    ignored = subprocess.run(["git", "check-ignore", "--no-index", "-q", name], cwd=ROOT)
    assert ignored.returncode == 0

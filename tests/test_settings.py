import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import UserError
from tools.settings import read, render, write

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

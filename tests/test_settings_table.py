"""One table of settings: what is made of it is up to date, and the board judges as the PC does."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import machine
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import settings_texts
from tools.setting import fault
from tools.settings_table import BY_NAME, OPTIONAL, TABLE, switch_of

ROOT = Path(__file__).resolve().parent.parent
BESIDE = Path(sys.executable).with_name("micropython")
MICROPYTHON = str(BESIDE) if BESIDE.exists() else shutil.which("micropython")
# A value for each setting that turns on a feature.
ON = {s.name: s.default if s.shown is None else s.shown for s in OPTIONAL}
SEEN = [  # of every kind, at the limits and beside them
    *(
        "",
        " ",
        "abc",
        "abcd",
        "x" * 9,
        "x" * 10,
        "1234567",
        "12345678",
        "short",
        "a-b",
        "-a",
        "a-",
    ),
    *("x" * n for n in (31, 32, 33, 62, 63, 64, 65, 255, 256)),
    *(
        "0a" * 32,
        "0A" * 32,
        "g" * 64,
        "é" * 16,
        "é" * 17,
        "é" * 32,
        "my lamp",
        "lämp",
        "a.b",
        "Lamp2",
    ),
    *(
        "tab\there",
        "new\nline",
        "nul\0",
        "del\x7f",
        "\x80\x9f",
        "\U0001f4a1" * 8,
        "١٢٣٤",
        "x\ufeffyz",
    ),
    *(
        0,
        1,
        2,
        3,
        4,
        6,
        16,
        17,
        -2,
        65535,
        65536,
        1 << 70,
        True,
        False,
        None,
        2.0,
        b"secret99",
        ["lamp"],
    ),
]
values = st.one_of(
    st.sampled_from(SEEN),
    st.text(max_size=70),
    st.text("abc-Z09é", max_size=34),
    st.text("0123456789abcdefABCDEFg", min_size=62, max_size=66),
    st.integers(-1, 20),
)


@pytest.mark.parametrize("path, text", settings_texts.made().items(), ids=lambda x: str(x)[-20:])
def test_what_is_made_of_the_table_is_up_to_date(path, text):
    assert path.read_text("utf-8") == text, "run: .venv/bin/python -m tools.settings_texts"


def test_no_name_stands_in_the_table_twice_and_each_default_fits():
    assert len(BY_NAME) == len(TABLE)
    assert [s.name for s in TABLE if fault(s, s.default)] == []
    assert [s.name for s in TABLE if s.shown is not None and fault(s, s.shown)] == []


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(TABLE), values)
def test_what_the_pc_takes_the_board_takes_and_nothing_else(setting, value):
    from device import config

    module = type(sys)("webrepl_cfg")
    first = switch_of(setting) if setting.feature else setting
    setattr(module, first.name, ON[first.name] if setting.feature else value)
    setattr(module, setting.name, value)
    sys.modules["webrepl_cfg"] = module
    with pytest.MonkeyPatch.context() as patch:
        machine.plug_in(patch)
        loaded = config.load()
    if fault(setting, value):
        assert setting.name in loaded.problem
    else:
        had = getattr(loaded, setting.name, setting.default)  # not there: the feature is off
        assert (loaded.problem, had) == ("", value)


JUDGE = """
import json, sys
from device import config
module = type(sys)
for line in sys.stdin:
    name, value = eval(line)
    c = sys.modules["webrepl_cfg"] = config.Config()
    setattr(c, name, value)
    print(json.dumps(name in config.load().problem))
"""


@pytest.mark.skipif(not MICROPYTHON, reason="no MicroPython for Unix here")
def test_the_chip_s_interpreter_judges_alike():
    asked = [(s, value) for s in TABLE for value in SEEN]
    lines = "".join(f"{(s.name, value)!a}\n" for s, value in asked)
    done = subprocess.run(
        [MICROPYTHON, "-c", JUDGE],
        input=lines,
        env={"MICROPYPATH": f"{ROOT}:.frozen"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == len(asked)
    wrong = [
        (s.name, value)
        for (s, value), refused in zip(asked, told)
        if refused != bool(fault(s, value))
    ]
    assert not wrong

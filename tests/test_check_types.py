"""The type check of device code against the stubs of its firmware."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.lint import stubs

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def firmware_stubs(tmp_path_factory):
    target = tmp_path_factory.mktemp("stubs")
    stubs.copy(target)
    return target


def types(folder, firmware_stubs, source):
    """Run mypy with the project's settings over one device module -> its output."""
    (folder / "led.py").write_text(source)
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    command += ["--custom-typeshed-dir", str(firmware_stubs), "--cache-dir", str(folder), "led.py"]
    env = {"MYPYPATH": str(firmware_stubs), "PATH": ""}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    return done.stdout + done.stderr


TYPED = """
import socket, time
from machine import Pin, RTC, Signal
from micropython import const

_LED = const(2)


def start(pins: list) -> int:
    led = Signal(Pin(_LED, Pin.OUT, value=1), invert=True)
    led.on()
    RTC().memory(b"on")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, 20, start)
    return time.ticks_diff(time.ticks_ms(), 0)
"""


WRONG = {
    "Pin(2).frobnicate()": '"Pin" has no attribute "frobnicate"',
    "machine.nonsense()": 'no attribute "nonsense"',
    "time.perf_counter()": 'no attribute "perf_counter"',
    "return 'x'": "Incompatible return value type",
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory, firmware_stubs):
    """What mypy says of all that is wrong, at once."""
    functions = [f"def f{i}() -> int:\n    {line}\n" for i, line in enumerate(WRONG)]
    source = "\n\n".join([f"import machine\n{TYPED}", *functions])
    return types(tmp_path_factory.mktemp("wrong"), firmware_stubs, source)


@pytest.mark.parametrize("line", WRONG)
def test_a_call_that_the_firmware_does_not_have_fails_the_type_check(complaints, line):
    assert WRONG[line] in complaints


def test_correct_device_code_passes_the_type_check(tmp_path, firmware_stubs):
    assert "Success" in types(tmp_path, firmware_stubs, TYPED)

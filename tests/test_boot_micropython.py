"""boot.py and the hardware's modules on the real interpreter, within the chip's heap."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BESIDE = Path(sys.executable).with_name("micropython")
MICROPYTHON = str(BESIDE) if BESIDE.exists() else shutil.which("micropython")
HEAP = "92k"  # 64-bit words: 76 KiB stand for the chip's 38, and 16 are for the stand-ins

pytestmark = pytest.mark.skipif(not MICROPYTHON, reason="no MicroPython for Unix here")

SETTINGS = 'PASS = "letmein"\nWIFI_SSID = "home"\nWIFI_PASSWORD = "correct horse"\n'
AT_HOME = "network.at_home(); network.join_ms = 0; network.reset()"


@pytest.fixture
def run(tmp_path):
    """run(code, settings): what code prints, on a board with these settings."""

    def run(code, settings=SETTINGS):
        (tmp_path / "webrepl_cfg.py").write_text(settings)
        (tmp_path / "webrepl.py").write_text(
            "class listen_s:\n"
            "    settimeout = print\n"
            "def start(password):\n"
            "    print('stock', len(password))\n"
        )
        path = [str(tmp_path), str(ROOT), str(ROOT / "tests" / "stubs"), ".frozen"]
        code = (
            f"import sys; sys.path[:] = {path}; import machine, network; {AT_HOME}\n"
            # Our WebREPL needs sockets; the firmware's own is a stand-in.
            "sys.modules['device.webrepl_server'] = None\n" + code
        )
        done = subprocess.run(
            [MICROPYTHON, "-X", "heapsize=" + HEAP, "-c", code],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()

    return run


BOOT = f"exec(open({str(ROOT / 'boot.py')!r}).read())\n"
LAST_ERROR = "from device import rtc_state; rtc_state.load(); print(rtc_state.last_error())\n"


def test_the_board_boots(run):
    assert run(BOOT)[-1] == "boot: address 192.168.1.7"


NOBODY = "; so nobody gets into the page"


@pytest.mark.parametrize(
    "settings, line",
    [
        (
            'PASS = "letmein"\nHTTP_PASSWORD = "hunter2\n',
            "webrepl_cfg.py, line 2: SyntaxError" + NOBODY,
        ),
        ("\nHTTP_PASSWORD = hunter2\n", "webrepl_cfg.py, line 2: NameError" + NOBODY),
        ('PASS = "x"\nLED_PIN = 1', "webrepl_cfg.py: not as in the example: PASS, LED_PIN"),
    ],
)
def test_settings_that_cannot_be_used_are_told_by_line_or_name(run, settings, line):
    lines = run(BOOT + LAST_ERROR, settings)
    assert lines[0] == "boot: " + line
    assert lines[-1] == line
    assert "hunter2" not in str(lines)


def test_the_light_and_the_last_error_come_back_from_rtc_memory(run):
    keep = "rtc_state.load(); rtc_state.set_light(True); rtc_state.record('Tür' + 200 * '€')\n"
    look = "rtc_state.load(); print(rtc_state.light, rtc_state.last_error())\n"
    assert run("from device import rtc_state\n" + keep + look) == ["True T?r" + 109 * "?"]


def test_a_press_of_the_button_does_not_need_memory_that_may_be_gone(run):
    code = """
import micropython, time
from device import button
presses = [0, 0]
class Light:
    def toggle(self): presses[0] += 1
def sweep():
    presses[1] += 1
    button.poll(None)
button.led = Light()
button.sweep = sweep
button.start()
pin = machine.Pin(0)
handler = machine.pins[0]["handler"]
time.sleep_ms(60)
machine.pins[0]["level"] = 0
micropython.heap_lock()
handler(pin)
micropython.heap_unlock()
print(presses)
"""
    assert run(code) == ["[1, 1]"]

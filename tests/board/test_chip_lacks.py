"""What only the PC's MicroPython has is gone from the board, and what the chip's has is there."""

from collections.abc import Iterator

import pytest
from network_rig import Programs, programs

from tools.lint import rules

# The linter refuses these because they are traps; the chip has them.
TRAPS = {
    "machine": {"Timer", "WDT", "soft_reset"},
    "micropython": {"native", "viper", "asm_thumb", "asm_xtensa"},
    "sys": {"exit"},
}
GONE = [
    (module, name)
    for module, names in rules.MISSING.items()
    for name in names
    if name not in TRAPS.get(module, ())
] + [
    ("machine", "mem32"),  # it would be the PC's memory
    ("micropython", "mem_total"),
    ("os", "VfsLfs1"),
    ("os", "VfsPosix"),
    ("os", "errno"),
    ("os", "getenv"),
    ("os", "system"),
    ("time", "clock"),
    ("vfs", "VfsLfs1"),
    ("vfs", "VfsPosix"),
]
THERE = [
    ("binascii", "hexlify"),
    ("esp", "flash_size"),
    ("machine", "RTC.datetime"),
    ("machine", "Signal"),
    ("machine", "Timer.ONE_SHOT"),
    ("machine", "disable_irq"),
    ("math", "isnan"),
    ("network", "ipconfig"),
    ("ntptime", "settime"),
    ("os", "VfsFat"),
    ("os", "sep"),
    ("random", "getrandbits"),
    ("requests", "get"),
    ("select", "select"),
    ("umachine", "Pin.toggle"),
    ("uos", "uname"),
    ("urequests", "get"),
    ("usocket", "socket"),
    ("utime", "ticks_ms"),
    ("uwebsocket", "websocket"),
    ("vfs", "VfsFat"),
    ("webrepl", "start"),
]
# Which of these names a module has; "RTC.datetime" is one of a class in it.
LOOK = """
def look(module, names):
    found = []
    for name in names:
        thing = __import__(module)
        for part in name.split("."):
            thing = getattr(thing, part, None)
        found.append(thing is not None)
    return found
"""


@pytest.fixture(scope="module")
def module_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with programs(tmp_path_factory.mktemp("lacks"), boot="") as board:
        yield board


@pytest.fixture(scope="module")
def found(module_board: Programs) -> dict[tuple[str, str], bool]:
    """Of GONE and THERE: whether the board has it. All at once, since each question takes time."""
    module_board.run(LOOK)
    answers = {}
    for module in dict.fromkeys(module for module, _ in GONE + THERE):
        names = [name for of, name in GONE + THERE if of == module]
        for name, there in zip(names, module_board.value(f"look({module!r}, {names})")):
            answers[module, name] = there
    return answers


@pytest.mark.parametrize(("module", "name"), GONE, ids=map(".".join, GONE))
def test_what_only_the_pc_has_is_gone(found: dict, module: str, name: str) -> None:
    assert found[module, name] is False


@pytest.mark.parametrize(("module", "name"), THERE, ids=map(".".join, THERE))
def test_what_the_chip_has_is_there(found: dict, module: str, name: str) -> None:
    assert found[module, name] is True


@pytest.mark.parametrize("module", ["_thread", "argparse", "cmath", "ffi", "termios", "builtins"])
def test_a_module_that_only_the_pc_has_is_not_found(module_board: Programs, module: str) -> None:
    assert refusal(module_board, f"import {module}") == f"ImportError: no module named '{module}'"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("compile('1', '', 'eval')", "NameError: name 'compile' isn't defined"),
        ("complex(1, 2)", "NameError: name 'complex' isn't defined"),
        ("execfile('boot.py')", "NameError: name 'execfile' isn't defined"),
        ("pow(2, 3, 5)", "TypeError: _pow() takes 2 positional arguments but 3 were given"),
    ],
)
def test_a_builtin_that_only_the_pc_has_fails_as_on_the_chip(
    module_board: Programs, call: str, error: str
) -> None:
    assert refusal(module_board, call) == error
    assert module_board.value("pow(2, 3)") == 8


@pytest.mark.parametrize(
    "use",
    [
        "machine.ADC(0)",
        "machine.I2C(scl=1, sda=2)",
        "machine.PWM(machine.Pin(2))",
        "machine.SPI.MSB",
        "machine.SoftSPI()",
        "machine.UART(0, 115200)",
        "machine.WDT()",
        "machine.deepsleep(1000)",
        "machine.lightsleep()",
        "machine.RTC().alarm(0, 1000)",
        "machine.time_pulse_us(machine.Pin(2), 1)",
    ],
)
def test_hardware_that_is_not_played_names_the_virtual_board(
    module_board: Programs, use: str
) -> None:
    module_board.run("import machine")
    assert refusal(module_board, use).startswith("NotImplementedError: the virtual board has no ")


@pytest.mark.parametrize(
    "module", ["neopixel", "dht", "onewire", "ssl", "ussl", "umqtt.simple", "uctypes", "btree"]
)
def test_a_module_of_the_firmware_that_is_not_played_names_the_virtual_board(
    module_board: Programs, module: str
) -> None:
    error = f"ImportError: the virtual board has no '{module.split('.')[0]}'"
    assert refusal(module_board, f"import {module}") == error


def test_a_file_may_have_the_name_of_a_module_that_is_not_played(module_board: Programs) -> None:
    module_board.run("import os\nos.mkdir('/lib')\nos.mkdir('/lib/umqtt')")
    module_board.run("f = open('/lib/umqtt/simple.py', 'w')\nf.write('CLIENT = 5')\nf.close()")
    module_board.run("import umqtt.simple")
    assert module_board.value("umqtt.simple.CLIENT") == 5


def test_a_fat_file_system_can_be_made_and_mounted(module_board: Programs) -> None:
    module_board.run(
        """
import os
class Disk:
    def __init__(self):
        self.data = bytearray(50 * 512)
    def readblocks(self, n, into):
        into[:] = self.data[n * 512:n * 512 + len(into)]
    def writeblocks(self, n, data):
        self.data[n * 512:n * 512 + len(data)] = data
    def ioctl(self, op, argument):
        return {4: 50, 5: 512}.get(op, 0)
disk = Disk()
os.VfsFat.mkfs(disk)
os.mount(os.VfsFat(disk), "/fat")
with open("/fat/hello.txt", "w") as f:
    f.write("there")
"""
    )
    assert module_board.value("open('/fat/hello.txt').read()") == "there"
    module_board.run("os.umount('/fat'); del disk")


def test_toggle_goes_by_what_was_set_and_not_by_what_the_pin_shows(module_board: Programs) -> None:
    module_board.run("import machine\np = machine.Pin(4, machine.Pin.OUT, value=1)")
    board = module_board.board
    board.do(lambda chip: chip.gpio.drive_from_outside(4, 0))
    module_board.run("p.toggle()")
    board.do(lambda chip: chip.gpio.drive_from_outside(4, None))
    assert module_board.value("p(), p.toggle(), p()") == (0, None, 1)
    module_board.run("machine.enable_irq(machine.disable_irq())")


def refusal(board: Programs, statement: str) -> str:
    """How a statement's error reads."""
    return board.run(
        f"try:\n {statement}\nexcept Exception as e:\n print(type(e).__name__ + ': ' + str(e))"
    )

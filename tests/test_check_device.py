"""The device-code check: a bad line for each rule, and good ones."""

import pytest

from tools.lint import __main__ as lint
from tools.lint.check import check

SERVER = "device/server.py"

# A bad line of device/server.py, and a part of the one message that it gets.
BAD = [
    ("a, _, b = text.partition(':')", ".partition is missing on this chip: use find"),
    ("a = text.rpartition(':')", ".rpartition is missing"),
    ("for a in text.splitlines(): pass", ".splitlines is missing"),
    ("a = text.center(9)", ".center is missing"),
    ("a = text.removeprefix('x')", ".removeprefix is missing"),
    ("n = sock.recv_into(text)", ".recv_into is missing on this chip: use readinto"),
    ("sock.shutdown(2)", ".shutdown is missing"),
    ("sock.getsockopt(1, 2)", ".getsockopt is missing"),
    ("sock.getpeername()", ".getpeername is missing"),
    ("sock.fileno()", ".fileno is missing"),
    ("a = slice(1).indices(3)", ".indices is missing"),
    ("import _thread", "no module _thread"),
    ("import threading", "no module threading"),
    ("import asyncio", "no module asyncio"),
    ("import uasyncio", "no module uasyncio"),
    ("import umqtt.simple", "no module umqtt.simple"),
    ("import os.path", "no module os.path"),
    ("import usocket", "no module usocket: use socket"),
    ("from collections.abc import Callable", "no module collections.abc"),
    ("async def a(): pass", "no asyncio"),
    ("import hashlib\na = hashlib.md5()", "hashlib.md5 is not for this chip: use hashlib.sha256"),
    ("from hashlib import md5", "hashlib.md5"),
    ("import hashlib as h\na = h.md5()", "hashlib.md5"),
    ("import binascii\na = binascii.crc32(b'')", "binascii.crc32"),
    ("import random\na = random.randint(1, 2)", "random.randint"),
    ("from random import choice", "random.choice"),
    ("import random\na = random.random()", "random.random"),
    ("from random import uniform", "random.uniform"),
    ("from random import randrange", "random.randrange"),
    ("a = complex(1)", "complex is missing"),
    ("a = 1j", "complex is missing"),
    ("compile('1', '', 'eval')", "compile is missing"),
    ("execfile('a.py')", "execfile is missing"),
    ("a = NotImplemented", "NotImplemented is missing"),
    ("a = __file__", "__file__ is missing"),
    ("a = vars()", "vars is missing"),
    ("try: pass\nexcept TimeoutError: pass", "TimeoutError is missing"),
    ("a = pow(2, 3, 5)", "pow has two arguments"),
    ("import math\na = math.inf", "math.inf"),
    ("from math import nan", "math.nan"),
    ("from math import tau", "math.tau"),
    ("from math import factorial", "math.factorial"),
    ("from math import isclose", "math.isclose"),
    ("from math import log2", "math.log2"),
    ("import sys\na = sys.exc_info()", "sys.exc_info"),
    ("import sys\nsys.atexit(f)\ndef f(): pass", "sys.atexit"),
    ("import sys\na = sys.executable", "sys.executable"),
    ("import sys\nsys.ps1 = ''", "sys.ps1"),
    ("from sys import ps2", "sys.ps2"),
    ("import sys\nsys.exit()", "sys.exit is not for this chip: use machine.reset"),
    ("import machine\na = machine.Timer(-1)", "machine.Timer"),
    ("from machine import WDT", "machine.WDT"),
    ("import machine\nmachine.soft_reset()", "machine.soft_reset"),
    ("from select import epoll", "select.epoll"),
    ("import micropython\n@micropython.native\ndef f(): pass", "micropython.native"),
    ("class A:\n    __slots__ = ('a',)", "__slots__"),
    ("class A:\n    def __setattr__(self, a, b): pass", "__setattr__ is never called"),
    ("import time\ntime.sleep(1)", "time.sleep blocks"),
    ("from time import sleep_ms", "time.sleep_ms blocks"),
    ("import time\ndef f():\n    time.sleep_us(1)", "time.sleep_us blocks"),
    ("sock.settimeout(None)", "settimeout other than 0 blocks"),
    ("sock.settimeout(3)", "settimeout other than 0 blocks"),
    ("sock.settimeout(text)", "settimeout other than 0 blocks"),
    ("sock.setblocking(True)", "setblocking other than False blocks"),
    ("import requests", "requests blocks"),
    ("from urequests import get", "urequests blocks"),
    ("a = input()", "input blocks"),
    ("import socket\nsocket.getaddrinfo('example.org', 80)", "getaddrinfo of a name blocks"),
    ("import socket\nsocket.getaddrinfo(text, 80)", "getaddrinfo of a name blocks"),
    ("print('x')", "print in code that may run in a callback"),
    ("def f():\n    print('x')", "print in code that may run in a callback"),
    ("a = open('x')", "open in code that may run in a callback"),
    ("def f():\n    import json", "import in code that may run in a callback"),
    ("def f():\n    from device import led", "import in code that may run in a callback"),
    ("a = __import__('x')", "__import__ in code"),
    ("import os\nos.rename('a', 'b')", "os.rename in code"),
    ("from os import stat", "os.stat in code"),
    ("import sys\nsys.stdout.write('x')", "sys.stdout in code"),
    ("import sys\nsys.print_exception(text)", "sys.print_exception in code"),
    ("sock.close()  # allowed: no need", "a line that needs none"),
    ("import time\ntime.sleep(1)  # allowed:", "without a reason"),
    ("def f(:\n    pass", "invalid syntax"),
]

GOOD = [
    "import time\na = time.ticks_ms()",
    "import time\ntime.sleep_us(2)  # allowed: shorter than the pulse",
    "import select\na = select.poll()",
    "import random\na = random.getrandbits(8)",
    "from device import led\nfrom . import http",
    "import webrepl_cfg",
    "a = pow(2, 3)",
    "sock.settimeout(0)",
    "sock.setblocking(False)",
    "import socket\na = socket.getaddrinfo('0.0.0.0', 80)[0][-1]",
    "import io\nimport sys\nsys.print_exception(text, io.StringIO())",
    "def compile(a): return a\nb = compile(1)",
    "a = [n for n in text]\nwith sock as s: s.write(a)",
    "try: pass\nexcept OSError as err: a = err",
    "a = f'{text[0]!r:>5}'",
    "a = '# allowed: in a string'",
    "a = 1\n" * 198,
]


def judge(name, line):
    return check(name, "text = sock = None\n" + line + "\n")


@pytest.mark.parametrize(("line", "part"), BAD)
def test_a_line_that_fails_only_on_the_chip_is_rejected_with_a_reason(line, part):
    messages = {message for _, message in judge(SERVER, line)}
    if "without a reason" in part:  # the marker is wrong, and allows nothing
        messages = {message for message in messages if "sleep" not in message}
    assert len(messages) == 1, messages
    assert part in messages.pop()


@pytest.mark.parametrize("line", GOOD)
def test_code_that_runs_on_the_chip_is_let_through(line):
    assert judge(SERVER, line) == []


BOOT = "import os\nimport time\ndef f():\n    import json\n    time.sleep(1)\n    os.remove('x')\n"


def test_boot_may_wait_and_print_and_import_late():
    assert judge("boot.py", BOOT + "print(open('x'))") == []
    assert judge("device/wifi.py", BOOT + "print(open('x'))") == []


def test_main_may_print_but_not_wait_or_the_prompt_never_comes():
    messages = [message for _, message in judge("main.py", BOOT + "print('x')")]
    use = "use a job of server.jobs, which is called when it is due"
    assert messages == ["time.sleep blocks: " + use]


def test_what_a_sweep_does_is_judged_even_in_a_file_that_runs_at_boot():
    source = "def sweep():\n    print(text)\n\n\ndef boot():\n    print(text)\n"
    assert [line for line, _ in judge("device/wifi.py", source)] == [3]


def test_a_problem_is_found_on_its_line():
    assert judge(SERVER, "a = 1\nb = 2\nprint(a)")[0][0] == 4


def test_every_file_of_the_board_is_checked():
    files = dict.fromkeys(("boot.py", "main.py", "device/led.py"), "a = 1j\n")
    lines = lint.problems({**files, "device/time.py": "a = 1\n"})
    assert [line.split(" ")[0] for line in lines] == [
        "boot.py:1:",
        "device/led.py:1:",
        "main.py:1:",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "match a:\n    case 1: pass\n",
        "try:\n    pass\nexcept* OSError:\n    pass\n",
        "type X = int\n",
        "a = f'{b['c']}'\n",
    ],
)
def test_syntax_that_only_a_pc_understands_is_rejected(source):
    lines = lint.problems({"device/led.py": "a = b = {}\n" + source})
    assert [line.split(":")[0] for line in lines] == ["device/led.py"]


def test_a_file_that_would_hide_a_firmware_module_is_rejected(tmp_path):
    for name in ("led.py", "socket.py", "string.py", "time.mpy", "time.txt", "webrepl.py"):
        (tmp_path / name).touch()
    (tmp_path / "json").mkdir()
    hiding = [line.split(":")[0] for line in lint.shadowing(tmp_path)]
    assert hiding == ["json", "socket.py", "string.py", "time.mpy", "webrepl.py"]


def test_a_file_with_more_than_200_lines_is_to_be_split(tmp_path):
    (tmp_path / "tools" / "deploy").mkdir(parents=True)
    for name, lines in {"boot.py": 200, "main.py": 201, "tools/deploy/plan.py": 300}.items():
        (tmp_path / name).write_text("a = 1\n" * lines)
    assert lint.long_files(tmp_path) == [
        "main.py:201: more than 200 lines: split it",
        "tools/deploy/plan.py:300: more than 200 lines: split it",
    ]

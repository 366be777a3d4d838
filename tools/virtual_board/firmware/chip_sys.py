"""`sys` of the ESP8266: the real one, whose stdin is the terminal and whose names are the chip's.

Kinder: `sys.stdout` and `stderr` are the PC's pipe, which waits for nobody; they have flush().
"""

from collections import namedtuple
from sys import (
    argv,
    byteorder,
    exit,
    implementation,
    maxsize,
    modules,
    path,
    print_exception,
    stderr,
    stdout,
    version,
    version_info,
)

import stdin as _stdin

platform = "esp8266"
argv.clear()  # of what starts the interpreter
stdin = _stdin.TextIOWrapper()
_XTENSA = 9  # MP_NATIVE_ARCH_XTENSA, which the chip's .mpy files may have code for
_fields = "name", "version", "_machine", "_mpy", "_build"
implementation = namedtuple("implementation", _fields)(
    implementation.name,
    implementation.version,
    "ESP module with ESP8266",
    implementation._mpy & 0x3FF | _XTENSA << 10,
    "ESP8266_GENERIC",
)

"""What the ESP8266's MicroPython lacks, and what device code must not do: tables for check.py.

A table's values say what to use instead. The facts come from MicroPython 1.29: ports/esp8266's
mpconfigport.h and boards/manifest.py, and the modules in C. Much of this is there on a PC, so that
no other test notices.
"""

from tools.boot_only import boot_only

# Modules of ESP8266_GENERIC and FLASH_1M alike, so no asyncio, umqtt, upysh or ssd1306.
MODULES = frozenset(
    # In C.
    "_espnow _onewire _webrepl array binascii btree builtins collections cryptolib deflate errno"
    " esp framebuf gc hashlib heapq io json lwip machine math micropython network os platform"
    " random re select socket ssl struct sys time tls uctypes vfs websocket"
    # In Python, frozen.
    " apa102 dht ds18x20 espnow flashbdev inisetup mip neopixel ntptime onewire port_diag requests"
    " urequests webrepl webrepl_setup".split()
)

# Importable beside those: the board's own files.
OWN_MODULES = frozenset({"device", "webrepl_cfg"})

# A file of such a name at the board's root hides the firmware's module.
SHADOWED = MODULES | frozenset({"asyncio", "string", "uasyncio", "umqtt", "upysh", "ssd1306"})

# dir(builtins) of the Unix port, less what the chip lacks.
BUILTINS = frozenset(
    "ArithmeticError AssertionError AttributeError BaseException EOFError Ellipsis Exception"
    " GeneratorExit ImportError IndentationError IndexError KeyError KeyboardInterrupt LookupError"
    " MemoryError NameError NotImplementedError OSError OverflowError RuntimeError"
    " StopAsyncIteration StopIteration SyntaxError SystemExit TypeError UnicodeError ValueError"
    " ZeroDivisionError __import__ __name__ abs all any bin bool bytearray bytes callable chr"
    " classmethod delattr dict dir divmod enumerate eval exec filter float frozenset getattr"
    " globals hasattr hash help hex id input int isinstance issubclass iter len list locals map"
    " max memoryview min next object oct open ord pow print property range repr reversed round"
    " set setattr slice sorted staticmethod str sum super tuple type zip".split()
)

# What to say of a missing builtin, where there is something to say.
INSTEAD_OF_BUILTIN = {
    "NotImplemented": "raise TypeError",
    "__file__": "absolute paths",
    "TimeoutError": "OSError and its errno",
    "ConnectionError": "OSError and its errno",
    "compile": "exec",
    "complex": "two floats",
    "execfile": "import",
    "format": "str.format or an f-string",
}

# Methods that no object has there: `.name` -> what to use instead.
METHODS = {
    "capitalize": "slices and upper",
    "casefold": "lower",
    "center": "a format width",
    "expandtabs": "replace",
    "fileno": "the socket itself",
    "format_map": "format",
    "getpeername": "the address that accept gave",
    "getsockname": "the address given to bind",
    "getsockopt": "what setsockopt set",
    "indices": "start, stop and step",
    "isalnum": "isalpha and isdigit",
    "isdecimal": "isdigit",
    "isnumeric": "isdigit",
    "ljust": "a format width",
    "partition": "find and slices, or split(sep, 1)",
    "recv_into": "readinto",
    "removeprefix": "startswith and a slice",
    "removesuffix": "endswith and a slice",
    "rjust": "a format width",
    "rpartition": "rfind and slices, or rsplit(sep, 1)",
    "sendmsg": "send",
    "shutdown": "close",
    "splitlines": "split",
    "swapcase": "lower or upper",
    "title": "upper",
    "translate": "replace",
    "zfill": "a format width",
}

_NO_RANDOM = "random.getrandbits or os.urandom"
_NO_MATH = "write it out"
_LATER = "a job of server.jobs, which is called when it is due"
_SCRIPT_END = "machine.reset, for this ends nothing but the script"

# Missing from a module, or a trap there.
MISSING = {
    "binascii": {"crc32": "hashlib.sha256"},
    "gc": {"freeze": "nothing", "get_objects": "micropython.mem_info"},
    "hashlib": {"md5": "hashlib.sha256"},
    "machine": {
        "Timer": _LATER + ": a Timer outlives a soft reset",
        "WDT": "nothing, for it cannot be stopped and kills every REPL session",
        "soft_reset": _SCRIPT_END,
    },
    "math": dict.fromkeys(
        "acosh asinh atanh cosh erf erfc expm1 factorial gamma inf isclose lgamma log10 log2 nan"
        " sinh tanh tau".split(),
        _NO_MATH,
    ),
    "micropython": dict.fromkeys(
        ("asm_thumb", "asm_xtensa", "native", "viper"),
        "bytecode, for native code has 500 bytes on this chip",
    ),
    "random": dict.fromkeys("choice randint random randrange uniform".split(), _NO_RANDOM),
    "select": {"epoll": "select.poll", "kqueue": "select.poll"},
    "sys": {
        "atexit": "try and finally",
        "exc_info": "except ... as",
        "executable": "sys.implementation",
        "exit": _SCRIPT_END,
        "getsizeof": "gc.mem_alloc before and after",
        "intern": "the string itself",
        "ps1": "nothing",
        "ps2": "nothing",
        "tracebacklimit": "nothing",
    },
}

# Hooks that are never called there.
DEAD_HOOKS = frozenset({"__delattr__", "__setattr__"})

# Not of the board's tree, but sent there by the tools, as source.
SENT = frozenset(
    {
        "tools/board/on_board.py",
        "tools/board/on_board_info.py",
        "tools/deploy/finish.py",
        "tools/deploy/on_board.py",
        "tools/deploy/on_board_survey.py",
    }
)

# These alone may wait: nothing is served yet, or somebody waits for their answer.
MAY_BLOCK = SENT | {"boot.py"} | {f"device/{name}.py" for name in boot_only()}

# These may also print, open files and import late; all others may run in a callback, where a
# print can block for minutes and a file access re-enter LittleFS.
MAY_PRINT = MAY_BLOCK | {"main.py"}

# Functions that callbacks reach wherever they stand, with or without a leading underscore.
CALLBACKS = frozenset({"check", "poll", "sweep", "tick", "turn"})

BLOCKING = {
    "requests": {"*": "a non-blocking socket"},
    "sys": {"stdin": "nothing, for the prompt owns it"},
    "time": dict.fromkeys(("sleep", "sleep_ms", "sleep_us"), _LATER),
    "urequests": {"*": "a non-blocking socket"},
}

_NO_FILE = "RTC memory, or do it at boot"

# Not in a callback.
CALLBACK = {
    "os": dict.fromkeys(
        "chdir ilistdir listdir mkdir mount remove rename rmdir stat statvfs sync umount"
        " unlink".split(),
        _NO_FILE,
    ),
    "sys": dict.fromkeys(("stderr", "stdout"), "last_error in RTC memory"),
}
CALLBACK_BUILTINS = {
    "__import__": "an import at the top",
    "open": _NO_FILE,
    "print": "last_error in RTC memory",
}

# The most lines that a file may have, and the folders where this holds.
MAX_LINES = 200
FOLDERS = ("device", "tests", "tools")

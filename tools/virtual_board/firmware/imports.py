"""What can be imported: modules that are built in on the chip, and files on its flash.

MicroPython for Unix has modules that reach the PC (the real `os`, `socket`, `vfs`, `machine`,
`ffi`, `termios`, ...), and they come back when sys.modules is emptied. So `__import__` is replaced
for good: `builtins`, by which it could be put back, is not given away either.

Harsher than the chip: no `builtins`, and none of _ABSENT, among them the firmware's drivers, TLS
and MQTT; a file of that name is found. A traceback through an import names this file where
sys.print_exception() prints it. Kinder: a module of the firmware's costs no heap, but for asyncio,
requests and mip, which are the interpreter's. No file hides one.
"""

import time

# Those of MicroPython for Unix that reach nothing of the PC. `_asyncio` is a part of asyncio.
_HARMLESS = (
    "_asyncio array binascii collections cryptolib deflate errno framebuf gc hashlib heapq json "
    "math random re select struct sys"
)

# The firmware has these, and this board has not.
_ABSENT = (
    "_espnow _onewire apa102 btree dht ds18x20 espnow inisetup lwip neopixel onewire platform "
    "port_diag ssl tls uctypes"
)
_ABSENT_2M = "ssd1306 umqtt upysh"  # FLASH_1M is built without them
_OF_THE_PC = "argparse ssl"  # frozen in the interpreter; the latter leads to the PC's `tls`


def _use_clock(asyncio, clock):
    # The queue of asyncio's tasks is C, and sorts by the PC's clock: so all of asyncio uses that.
    # Kinder: a test that moves the chip's clock does not move asyncio's.
    def add(ticks, delta):
        time.ticks_add(0, delta)  # OverflowError where it is too long for the chip's
        return clock.ticks_add(ticks, delta)

    core = asyncio.core
    core.ticks, core.ticks_add, core.ticks_diff = clock.ticks_ms, add, clock.ticks_diff


def restrict(stand_ins, big):
    """From now on only `stand_ins` (name -> module), harmless modules, and files are found.

    The variant FLASH_1M, which is not `big`, is built without asyncio.

    What the new __import__ relies on is in its closure, where no program can reach it.
    """
    import builtins
    import sys

    given = dict(stand_ins)
    for name in _HARMLESS.split():
        try:
            given[name] = __import__(name)
        except ImportError:  # not in this build
            pass
    unknown = _OF_THE_PC.split()
    if not big:
        unknown += ["asyncio", "uasyncio", "_asyncio"]
    absent = (_ABSENT + " " + _ABSENT_2M if big else _ABSENT).split()
    import utime

    at_first = {  # what the first import of a module does
        "asyncio": lambda module: _use_clock(module, utime),
        "webrepl_setup": lambda module: module.ask(),
    }
    real, loaded, kind, has, text = __import__, sys.modules, type, hasattr, str
    module_kind, mapping, missing = kind(sys), dict, ImportError

    def absolute(name, space, level):
        # PEP 328, as py/builtinimport.c has it; the real one would take this file's names.
        package = space.get("__name__") if kind(space) is mapping else None
        if kind(package) is not text:
            package = ""
        if "__path__" in space:
            level -= 1
        for _ in range(level):
            package = package.rpartition(".")[0]
        if not package:
            raise missing("can't perform relative import")
        return package + "." + name if name else package

    def refuse(name):
        top = name.split(".")[0]
        if top in absent or (top[:1] == "u" and top[1:] in absent):
            raise missing("the virtual board has no '" + top + "'")
        raise missing("no module named '" + name + "'")

    def find(name, space=None, _=None, names=None, level=0):
        if kind(name) is not text:
            raise TypeError("name is no string")
        if level:
            name = absolute(name, space, level)
        top = name.split(".")[0]
        if top in unknown:
            refuse(name)
        if name not in loaded:
            module = given.get(name) or (name[:1] == "u" and given.get(name[1:]))
            if module:
                return module
        try:
            module = real("requests" if name == "urequests" else name, None, None, names, 0)
        except missing as e:
            if e.args == ("no module named '" + top + "'",):
                refuse(name)
            raise
        if name in at_first and name in loaded:
            at_first[name](module)
            at_first.pop(name)
        # What is built in has neither a file nor a folder: no `ffi` gets out of here.
        if kind(module) is module_kind and not has(module, "__file__"):
            if not (has(module, "__path__") or module in harmless):
                refuse(name)
        return module

    harmless = tuple(given.values())
    builtins.__import__ = find

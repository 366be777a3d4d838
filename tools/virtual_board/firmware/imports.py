"""What can be imported: modules that are built in on the chip, and files on its flash.

MicroPython for Unix has modules that reach the PC (the real `os`, `socket`, `vfs`, `machine`,
`ffi`, `termios`, ...), and they come back when sys.modules is emptied. So `__import__` is replaced
for good: `builtins`, by which it could be put back, is not given away either.

Harsher than the chip: no `builtins`, `uctypes`, `ssl`. A traceback through an import names this
file where sys.print_exception() prints it.
"""

import time

# Those of MicroPython for Unix that reach nothing of the PC. `_asyncio` is a part of asyncio.
_HARMLESS = (
    "_asyncio array binascii collections cryptolib deflate errno framebuf gc hashlib heapq json "
    "math random re select struct sys"
)


def _use_clock(asyncio, clock):
    # The queue of asyncio's tasks is C, and sorts by the PC's clock: so all of asyncio uses that.
    # Kinder: a test that moves the chip's clock does not move asyncio's.
    def add(ticks, delta):
        time.ticks_add(0, delta)  # OverflowError where it is too long for the chip's
        return clock.ticks_add(ticks, delta)

    core = asyncio.core
    core.ticks, core.ticks_add, core.ticks_diff = clock.ticks_ms, add, clock.ticks_diff


def restrict(stand_ins, with_asyncio):
    """From now on only `stand_ins` (name -> module), harmless modules, and files are found.

    The variant FLASH_1M is built without asyncio.

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
    absent = () if with_asyncio else ("asyncio", "uasyncio", "_asyncio")
    import utime

    repair = {"asyncio": lambda module: _use_clock(module, utime)}
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

    def find(name, space=None, _=None, names=None, level=0):
        if kind(name) is not text:
            raise TypeError("name is no string")
        if level:
            name = absolute(name, space, level)
        if name.split(".")[0] in absent:
            raise missing("no module named '" + name + "'")
        if name not in loaded:
            module = given.get(name) or (name[:1] == "u" and given.get(name[1:]))
            if module:
                return module
        module = real(name, None, None, names, 0)
        if name in repair and name in loaded:
            repair.pop(name)(module)
        # What is built in has neither a file nor a folder: no `ffi` gets out of here.
        if kind(module) is module_kind and not has(module, "__file__"):
            if not (has(module, "__path__") or module in harmless):
                raise missing("no module named '" + name + "'")
        return module

    harmless = tuple(given.values())
    builtins.__import__ = find

"""boot.py, main.py and the prompt's input, run one after another as shared/runtime/pyexec.c does.

What this does is done in C on the chip: it allocates nothing that a program could be short of, and
it has no name in the program's name space.
"""

import gc
import io
import os
import struct
import sys

import link
import micropython
import uctypes

_CHUNK = 1024
_HELD = 32768  # bytes of source in a raw paste; a longer one is held on the heap
# Bytes that are left to a program. The chip has 8,128, in which 29 functions that call one another
# find room; here it is some 75. Kinder: each import of a file in an import takes 4 KB here.
_STACK = 32000
_RESERVE = 4096  # bytes for the text of a traceback, where a program has left none

# compile() wants a str, the source comes into a bytearray: this str gets the length and the
# address of that (mp_obj_str_t, py/objstr.h), so that nothing holds the source twice.
_text = "\n" * 100
_fields = uctypes.bytearray_at(id(_text) + 16, 16)
_address_of = uctypes.addressof
del uctypes
# Raw paste is compiled while it comes, so on the chip nothing holds its source. Here these bytes
# do, which are no part of the chip's heap.
_pasted = bytearray(_HELD)
_reserve = bytearray(_RESERVE)
_compile, _execfile = compile, execfile  # noqa: F821  (the chip has neither)
_locks = 0  # how often a program has locked the heap: it stays locked behind its end


def _run(program, what, space):
    """pyexec: 1 done, 0 ended by an exception (printed), 0x100 SystemExit."""
    global _locks
    for _ in range(_locks):
        micropython.heap_lock()
    try:
        program(what, space)
        _locks = _unlock()
        return 1
    except SystemExit:
        _locks = _unlock()
        return 0x100
    except BaseException as e:
        _locks = _unlock()
        link.ask(link.RAISED)
        _print_exception(e)
        return 0


def _unlock():
    micropython.heap_lock()
    locks = micropython.heap_unlock()
    for _ in range(locks):
        micropython.heap_unlock()
    return locks


def _print_exception(e):
    # What these files do is done in C on the chip, and has no line in a traceback there.
    global _reserve
    try:
        lines = _traceback(e)
    except MemoryError:
        _reserve = None
        lines = _traceback(e)
    while lines:
        if "/virtual_board/firmware/" not in lines[0]:
            print(lines[0])
        del lines[0]
    if _reserve is None:
        gc.collect()
        _reserve = _as_much_as_there_is(_RESERVE)


def _as_much_as_there_is(size):
    while size:
        try:
            return bytearray(size)
        except MemoryError:
            size >>= 1


def _traceback(e):
    text = io.StringIO()
    sys.print_exception(e, text)
    return text.getvalue()[:-1].split("\n")


def _typed(work, space):
    kind, length = work >> 2 & 3, work >> 4
    source = _pasted if kind == link.PASTE and length <= _HELD else bytearray(length)
    for start in range(0, length, _CHUNK):
        part = link.call(link.SOURCE, start, _CHUNK)[1]
        source[start : start + len(part)] = part
    part = None  # nothing of it is on the heap while the source is compiled
    struct.pack_into("QQ", _fields, 0, length, _address_of(source))
    exec(_compile(_text, "<stdin>", "single" if kind == link.SINGLE else "exec"), space)


def _file(name, space):
    try:
        os.stat(name)
    except OSError:
        return 1
    return _run(_execfile, name, space)


def _deepest():
    try:
        return _deepest()
    except RuntimeError:
        return micropython.stack_use()


def stack_limit():
    """How much of the stack has to be in use, so that a program finds what the chip has."""
    return _deepest() - _STACK


def deep(limit, function):
    """Call it with `limit` bytes of the stack in use, and none of the heap for that."""
    if micropython.stack_use() < limit:
        deep(limit, function)
    else:
        function()


# From here to a program, no frame is so large that it would be put on the heap.


def serve(raw, space):
    """boot.py, main.py and the prompt, until a soft reset."""
    if _file("boot.py", space) and not raw:
        _file("main.py", space)
    link.ask(link.FINISHED, 1)
    while True:
        try:
            if not _turn(space):
                break
        except KeyboardInterrupt:
            pass  # came too late for what it was meant for


def _turn(space):
    work = link.ask(link.WAIT, 1000, 1)
    if work & 3 == link.EXECUTE:
        return _execute(work, space)
    return work != link.END


def _execute(work, space):
    end = _run(_typed, work, space)
    struct.pack_into("QQ", _fields, 0, 0, _address_of(_pasted))
    link.ask(link.FINISHED, 0, end == 0x100)
    return end != 0x100

"""Landlock: no file of the PC, no TCP and no signal beyond what is handed to this process.

Linux 5.13 and later; what a newer kernel can deny on top is denied there. See landlock(7).
"""

import ctypes
import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # version -> how many rights to files it knows
_TCP = 0b11  # bind, connect: from version 4 on
_SCOPED = 0b11  # abstract Unix sockets, signals: from version 6 on
_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def _call(number: int, *arguments: object) -> int:
    return _libc.syscall(number, *arguments)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result


def version() -> int:
    """Which Landlock this kernel has; 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION))


def restrict(readable: Iterable[Path], executable: Iterable[Path] = ()) -> None:
    """From now on this process can open nothing but what is at or below these paths, for reading.

    What is open stays open. OSError where the kernel refuses.
    """
    has = version()
    if not has:
        raise OSError(errno.ENOSYS, "Landlock: not in this kernel")
    rights = (1 << _RIGHTS[max(known for known in _RIGHTS if known <= has)]) - 1
    wanted = _Ruleset(rights, _TCP if has >= 4 else 0, _SCOPED if has >= 6 else 0)
    size = 24 if has >= 6 else 16 if has >= 4 else 8
    rules = _checked(_call(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(size), 0))
    for paths, allowed in ((readable, 0), (executable, _EXECUTE)):
        for path in paths:
            _allow(rules, path, _READ_FILE | allowed)
    _checked(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_call(_RESTRICT_SELF, rules, 0))
    os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rights |= _READ_DIR if path.is_dir() else 0
    rule = _Beneath(rights, parent)
    _checked(_call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0))
    os.close(parent)

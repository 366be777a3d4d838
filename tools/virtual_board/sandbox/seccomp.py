"""seccomp: the system calls that MicroPython needs to compute, and EPERM for all others.

No programs, processes, sockets, signals to others, no writing to files that are not open already.
Linux on x86-64. See seccomp(2), linux/bpf.h.
"""

import ctypes
import errno
import os
import secrets
import struct
import sys

_NO_NEW_PRIVS, _GET_SECCOMP, _SET_SECCOMP, _FILTER = 38, 21, 22, 2
_X86_64 = 0xC000003E  # AUDIT_ARCH_X86_64
_LOAD, _EQUAL, _ANY_OF, _RETURN = 0x20, 0x15, 0x45, 0x06  # BPF: ld abs, jeq, jset, ret
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EPERM
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_EXECVE = 59
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_PROT_EXEC = 4

# Linux's numbers on x86-64, from asm/unistd_64.h.
_FREE = {
    "read": 0, "write": 1, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8,
    "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
    "readv": 19, "writev": 20, "select": 23, "sched_yield": 24, "madvise": 28, "nanosleep": 35,
    "getpid": 39, "exit": 60, "fsync": 74, "gettimeofday": 96, "sigaltstack": 131, "gettid": 186,
    "time": 201, "futex": 202, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
    "clock_nanosleep": 230, "exit_group": 231, "newfstatat": 262, "pselect6": 270, "ppoll": 271,
    "getrandom": 318,
}  # fmt: skip
# Number -> (argument, bits that it must not have).
_OPEN = {2: (1, _WRITES), 257: (2, _WRITES)}  # open, openat
_MEMORY = {9: (2, _PROT_EXEC), 10: (2, _PROT_EXEC)}  # mmap, mprotect
# What a dynamic loader and libc need on top, to start: pread64, access, getcwd, readlink,
# arch_prctl, set_tid_address, set_robust_list, rseq.
_START = (17, 21, 79, 89, 158, 218, 273, 334)

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def available() -> bool:
    """Whether restrict() works here."""
    if sys.platform != "linux" or os.uname().machine != "x86_64" or sys.maxsize < 2**32:
        return False
    return _libc.prctl(_GET_SECCOMP, 0, 0, 0, 0) >= 0


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value)


def _argument(number: int, high: bool = False) -> int:
    return _ARGUMENTS + 8 * number + 4 * high


def _filter(numbers: tuple[int, ...], limited: dict[int, tuple[int, int]], secret: bytes) -> bytes:
    """The program. `secret`: what execve's last two arguments must be; empty: no execve at all."""
    allow, deny = _step(_RETURN, _ALLOW), _step(_RETURN, _DENY)
    code = _step(_LOAD, _ARCHITECTURE) + _step(_EQUAL, _X86_64, 1, 0) + deny
    code += _step(_LOAD, _NUMBER)
    for number in numbers:
        code += _step(_EQUAL, number, 0, 1) + allow
    for number, (argument, bits) in limited.items():
        code += _step(_EQUAL, number, 0, 4) + _step(_LOAD, _argument(argument))
        code += _step(_ANY_OF, bits, 0, 1) + deny + allow
    if secret:
        words = struct.unpack("<4I", secret)
        code += _step(_EQUAL, _EXECVE, 0, 2 * len(words) + 1)
        for i, word in enumerate(words):
            left = 2 * (len(words) - i) - 1  # to the end of this part, which denies
            code += _step(_LOAD, _argument(4 + i // 2, i % 2)) + _step(_EQUAL, word, 0, left)
        code += allow
    return code + deny


def restrict(secret: bytes = b"") -> None:
    """From now on this process can compute, wait, and use what is open; OSError where it fails.

    With a `secret` of 16 bytes, execute() can start one program more, in which code may be mapped.
    """
    limited = _OPEN if secret else {**_OPEN, **_MEMORY}
    free = tuple(_FREE.values()) + ((*_START, *_MEMORY) if secret else ())
    code = _filter(free, limited, secret)
    program = _Program(len(code) // 8, code)
    for arguments in ((_NO_NEW_PRIVS, 1, 0), (_SET_SECCOMP, _FILTER, ctypes.byref(program))):
        if _libc.prctl(*arguments, 0, 0):
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")


def execute(program: str, arguments: list[str], environment: dict[str, str]) -> None:
    """Restrict this process and make it `program`, which can start no other.

    The kernel ignores execve's fourth to sixth argument, but the filter sees them: only who knows
    the secret gets through, and nobody does once this process has become another.
    """
    secret = secrets.token_bytes(16)
    argv = (ctypes.c_char_p * (len(arguments) + 1))(*[os.fsencode(x) for x in arguments], None)
    pairs = [os.fsencode(f"{name}={value}") for name, value in environment.items()]
    envp = (ctypes.c_char_p * (len(pairs) + 1))(*pairs, None)
    words = [ctypes.c_uint64(word) for word in struct.unpack("<2Q", secret)]
    restrict(secret)
    _libc.syscall(_EXECVE, os.fsencode(program), argv, envp, ctypes.c_uint64(0), *words)
    number = ctypes.get_errno()
    raise OSError(number, os.strerror(number), program)

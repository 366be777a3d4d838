"""How the firmware prints an exception that has no traceback (mp_obj_print_exception)."""

import errno

# MICROPY_PY_ERRNO_LIST in extmod/moderrno.c: others are printed as a number.
_NAMED = (
    "EPERM ENOENT EIO EBADF EAGAIN ENOMEM EACCES EEXIST ENODEV EISDIR EINVAL EOPNOTSUPP "
    "EADDRINUSE ECONNABORTED ECONNRESET ENOBUFS ENOTCONN ETIMEDOUT ECONNREFUSED EHOSTUNREACH "
    "EALREADY EINPROGRESS"
).split()


def printed(error: Exception) -> str:
    """The line for `error`, with its end."""
    if isinstance(error, OSError) and error.errno:
        name = errno.errorcode.get(error.errno, "")
        named = f"[Errno {error.errno}] {name}" if name in _NAMED else str(error.errno)
        return f"OSError: {named}\n"
    if isinstance(error, UnicodeError):
        return "UnicodeError: \n"
    return f"{type(error).__name__}: {error}\n"

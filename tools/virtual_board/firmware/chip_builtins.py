"""`builtins` of the ESP8266, as far as a stock interpreter can be changed.

compile, complex and execfile raise the chip's NameError when they are called, since no name can be
taken away. pow takes two arguments, and input() reads the terminal.

What remains of the PC, and tools.lint refuses in device code: the methods center, partition,
rpartition and splitlines of str, bytes and bytearray; NotImplemented; `__file__` of modules; the
hooks __setattr__ and __delattr__; complex literals. gc.collect() returns a number.
"""

import stdin


def _missing(name):
    def missing(*args, **kwargs):
        raise NameError("name '%s' isn't defined" % name)

    return missing


def _pow(x, y):
    return x**y


def change():
    """Change `builtins`, which no function here may lead to."""
    import builtins

    for name in ("compile", "complex", "execfile"):
        setattr(builtins, name, _missing(name))
    builtins.input = stdin.read_line
    builtins.pow = _pow

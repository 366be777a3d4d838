"""Start MicroPython in this process, held back by the system as far as it can: the VM's launcher.

A process of its own, so that what is denied is denied to it alone (vm.py starts it). MicroPython
is an extension module of this Python, as the wheel has it, or a program.
"""

import os
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from . import landlock, seccomp

FIRMWARE = Path(__file__).parents[1] / "firmware"
# What a program needs on top, to be loaded.
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
MODULE = "micropython_run"


def lacks() -> str:
    """What this system cannot deny to a program on the board; empty where it can deny all."""
    if sys.platform != "linux":
        return "this system"
    missing = ([] if landlock.version() else ["Landlock"]) + (
        [] if seccomp.available() else ["seccomp on x86-64"]
    )
    return f"a kernel without {' and '.join(missing)}" if missing else ""


def main(interpreter: str, *arguments: str) -> int:
    """Become MicroPython; its exit status where it is a module."""
    argv = ["micropython", *arguments]
    if interpreter.endswith(".so"):
        loader = ExtensionFileLoader(MODULE, interpreter)
        module = module_from_spec(spec_from_loader(MODULE, loader))
        loader.exec_module(module)
        if landlock.version():
            landlock.restrict([FIRMWARE])
        if seccomp.available():
            seccomp.restrict()
        return module.run_main(argv)
    if landlock.version():
        libraries = [Path(path) for path in _LIBRARIES if os.path.exists(path)]
        landlock.restrict([FIRMWARE], [Path(interpreter), *libraries])
    if seccomp.available():
        seccomp.execute(interpreter, argv, dict(os.environ))
    os.execv(interpreter, argv)

"""Runs the test functions of modules, on the interpreter that runs this file:

    run_on_micropython.py FOLDER[:FOLDER...] MODULE...

prints a line for each function: whether it passed, its name, and a digest of what it noted
(core_cases.note) or its error. Of modules named device.* it prints the name once it is imported.
"""

import gc
import sys


class Anything:
    """Stands in for a module of the firmware, and for all that is in it."""

    def __getattr__(self, name):
        return self

    def __call__(self, *_):
        return self


def run(module):
    from core_cases import noted

    for name in sorted(dir(module)):
        if name.startswith("test_"):
            try:
                getattr(module, name)()
                print("passed", name, noted())
            except Exception as error:
                print("failed", name, repr(error)[:300])


if hasattr(gc, "mem_free"):  # as the firmware's _boot.py does
    gc.threshold((gc.mem_free() + gc.mem_alloc()) // 4)
sys.path[:0] = sys.argv[1].split(":")
for name in ("esp", "machine", "network", "vfs", "webrepl", "_webrepl", "device.setup_pages"):
    sys.modules[name] = Anything()
for name in sys.argv[2:]:
    module = __import__(name)
    if name.startswith("device."):
        print(name)
    else:
        run(module)

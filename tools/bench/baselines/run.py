"""For MicroPython: serve until Ctrl-C, then print the heap's bytes: in use, and of those kept.

Arguments: the module that serves, the port, and what is measured: "instructions", "bytes", "time".
"""

import gc
import select
import sys
import time

import machine  # noqa: F401  (a stand-in: no server's own memory)
import network  # noqa: F401  (likewise)

_MODULE, _PORT, _MEASURED = sys.argv[1:]


class Clock:
    """Instead of `time`, so that counts are the same on any PC: a look takes a millisecond."""

    ticks_ms = iter(range(1 << 29)).__next__
    ticks_add = time.ticks_add
    ticks_diff = time.ticks_diff


class Poll:
    """Instead of select.poll, likewise: it waits for events only, and no time runs out."""

    def __init__(self):
        poll = select.poll()
        self.register, self.unregister = poll.register, poll.unregister
        self.ipoll = lambda wait: poll.ipoll(-1)


class Select:
    """Instead of `select`."""

    poll = Poll
    POLLIN = select.POLLIN


gc.threshold((gc.mem_free() + gc.mem_alloc()) // 4)  # as the firmware's _boot.py does
if _MEASURED == "bytes":
    gc.disable()
gc.collect()
before = gc.mem_alloc()
try:
    server = __import__(_MODULE)
    if _MEASURED == "instructions":
        # Not before: what asyncio has in C keeps to the real ones, so the rest of it must, too.
        sys.modules["time"], sys.modules["select"] = Clock, Select
    server.serve(int(_PORT))
except KeyboardInterrupt:
    pass
used = gc.mem_alloc()
gc.collect()
print(used, gc.mem_alloc() - before)

"""`select` of the ESP8266: poll(), whose waits run callbacks, and select().

extmod/modselect.c looks at every object again and again while the port's events are pumped; the
Unix port would sleep in poll(2) meanwhile.
"""

import time

import link
from uselect import POLLERR, POLLHUP, POLLIN, POLLOUT
from uselect import poll as _poll


class poll:
    def __init__(self):
        self._poll = _poll()
        self.unregister = self._poll.unregister
        self.modify = self._poll.modify

    def register(self, item, *events):
        if isinstance(item, int):  # the PC's files have numbers, and the chip has none
            raise OSError("stream operation not supported")
        return self._poll.register(item, *events)

    def ipoll(self, timeout=-1, flags=0):
        start = time.ticks_ms() if timeout else 0
        while timeout != 0:
            for _ in self._poll.ipoll(0):  # it allocates nothing, as on the chip
                timeout = 0
                break
            else:
                timeout = _wait(start, timeout)
        return self._poll.ipoll(0, flags)

    def poll(self, timeout=-1):
        start = time.ticks_ms() if timeout else 0
        while True:
            events = self._poll.poll(0)
            if events or timeout == 0:
                return events
            timeout = _wait(start, timeout)


def _wait(start, timeout):
    # A little; 0 where the time is up.
    if timeout >= 0 and time.ticks_diff(time.ticks_ms(), start) >= timeout:
        return 0
    link.ask(link.WAIT, 1)
    return timeout


def select(read, write, error, timeout=None):
    masks = {}  # id of an object -> it, and what is asked about it
    for objects, mask in ((read, POLLIN), (write, POLLOUT), (error, POLLERR | POLLHUP)):
        for item in objects:
            masks[id(item)] = item, mask | masks.get(id(item), (item, 0))[1]
    waiting = poll()
    for item, mask in masks.values():
        waiting.register(item, mask)
    events = waiting.poll(-1 if timeout is None else int(timeout * 1000))
    ended = POLLERR | POLLHUP
    return (
        [item for item, event in events if event & (POLLIN | ended) and item in read],
        [item for item, event in events if event & (POLLOUT | ended) and item in write],
        [item for item, event in events if event & ended and item in error],
    )

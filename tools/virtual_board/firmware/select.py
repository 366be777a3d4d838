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
        self.register = self._poll.register
        self.unregister = self._poll.unregister
        self.modify = self._poll.modify

    def ipoll(self, timeout=-1, flags=0):
        if timeout != 0:
            self._wait(timeout)
        return self._poll.ipoll(0, flags)

    def poll(self, timeout=-1):
        if timeout != 0:
            self._wait(timeout)
        return self._poll.poll(0)

    def _wait(self, timeout):
        start = time.ticks_ms()
        while not self._poll.poll(0):
            left = timeout - time.ticks_diff(time.ticks_ms(), start)
            if timeout >= 0 and left <= 0:
                return
            link.call(link.WAIT, 1)


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

"""HTTP, as a service of the pool."""

from micropython import const

from device import http, pool

_STATUS = const(9)  # where the status begins, behind b"HTTP/1.1 "
_REFUSED = const(0x34)  # b"4"


class Server:
    """Serves HTTP on `port` with `answer(data)`, which connection.py describes.

    `on_served()`, unless None, is called behind each response. `requests` counts those that were
    served, `rejected` those that were refused and the clients that were dropped.
    """

    patience_ms = 4000

    def __init__(self, answer, on_served=None, port=80):
        self.answer = answer
        self.port = port
        self.requests = self.rejected = 0
        self.error = http.error
        self.sweep = pool.sweep
        self._on_served = on_served

    def start(self):
        """Serve from now on -> True; False where that takes run(). OSError: the port is taken."""
        return pool.listen(self)

    def run(self):
        """Serve until Ctrl-C."""
        pool.run()

    def sent(self, _, response):
        """Count, as connection.py demands, and let the client close first."""
        if response[_STATUS] < _REFUSED:
            self.requests += 1
        else:
            self.rejected += 1
        if self._on_served:
            self._on_served()

"""Finds out whether a silent board has been reset: a reset closes no connection.

After a reset it answers what the old session sends with an RST whose number is one too high (lwIP
1.4, tcp_listen_input: ackno + 1), and Linux ignores that. Its answer to a keepalive probe is the
same, so after 14 s without a right one the kernel gives up (websocket_serial.py). But while keys
wait to be acknowledged, it goes on for a quarter of an hour. So this tries a second connection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_FIRST, _LONGEST = 4.0, 45.0  # s of silence before a probe; doubled each time
_PROBES = 3  # without success; each may take 5 s, and a board may be busy with its flash for some


class Silence:
    """`probe()` is called in a thread; it returns True if the session is certainly over.

    A living board reports the other connection to the session; then alive() is called.
    """

    def __init__(self, probe: Callable[[], bool]) -> None:
        self._probe = probe
        self._thread: threading.Thread | None = None
        self._over, self._in_vain = False, 0
        self.begin()

    def begin(self) -> None:
        """Something was sent or came: from now on the board is silent."""
        self._since, self._wait = time.monotonic(), _FIRST

    def alive(self) -> None:
        """Something came from the board."""
        self._in_vain = 0

    def over(self) -> bool:
        """Whether the session is known to be over; starts a probe when one is due."""
        if self._over or self._in_vain >= _PROBES:
            return True
        busy = self._thread and self._thread.is_alive()
        if not busy and time.monotonic() - self._since > self._wait:
            self._since, self._wait = time.monotonic(), min(2 * self._wait, _LONGEST)
            self._thread = threading.Thread(target=self._ask, daemon=True)
            self._thread.start()
        return False

    def _ask(self) -> None:
        if self._probe():
            self._over = True
        else:
            self._in_vain += 1

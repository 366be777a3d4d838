"""What happens to the segments of one connection between the board and its peer."""

import socket
from collections.abc import Callable

from .loopback import WatchedSocket
from .types import Net


class Path:
    """Tests switch it: `pcb.path.vanish()`. `changed()` is called when segments stop or go again.

    `delay` is how many seconds more a round trip takes. The board sees it at what it receives and
    at the acknowledgement of what it sends.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.delay = 0.0
        self.lost = False

    def vanish(self) -> None:
        """Segments are lost both ways from now on, RST and FIN too."""
        self.lost = True
        self._changed()

    def recover(self) -> None:
        """Segments go again, and what was lost is sent again."""
        self.lost = False
        self._changed()


class PathSocket(WatchedSocket):
    """A socket whose segments take a path, and nothing moves while WiFi is gone."""

    def __init__(self, net: Net, sock: socket.socket) -> None:
        super().__init__(net.loop, sock)
        self._net = net
        self.path = Path(self.link_changed)

    @property
    def _up(self) -> bool:
        return self._net.link_up and not self.path.lost

    def _arrived(self) -> None:
        if not self.path.delay:
            return self._readable()
        self._unwatch()
        self._after("late", self.path.delay, self._late)

    def _late(self) -> None:
        if self._up:
            self._resume()
            self._readable()

    def _hang_up(self, sock: socket.socket) -> None:
        (self._net.leave if self.path.lost else self._net.hang_up)(sock)

    def link_changed(self) -> None:
        """Segments stop, or go again."""
        raise NotImplementedError

    def _readable(self) -> None:
        raise NotImplementedError

    def _resume(self) -> None:
        raise NotImplementedError

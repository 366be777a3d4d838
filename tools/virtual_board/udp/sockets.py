"""The chip's UDP as the firmware sees it: extmod/modlwip.c over lwIP 1.4 (core/udp.c, igmp.c).

All runs in the event loop's thread, and nothing waits. Errors are OSError with MicroPython's
numbers, which are Linux's. What is on the other side of the air: network.py.

Harsher than the chip:
* There are 16 sockets, no packet is longer than 1472 bytes (lwIP cuts a longer one into
  fragments), and a port is shared only where all its users have SO_REUSEADDR, not one of two.
* A broadcast without SO_BROADCAST fails (EINVAL); this build of lwIP lets it through.
* send() without connect() fails (EHOSTUNREACH); lwIP sends that packet to 0.0.0.0.
* A group is left when its interface goes down or the board resets, so that a program has to join
  again; what the SDK does with a group then is unknown.
"""

from collections import deque
from collections.abc import Callable
from errno import EADDRINUSE, EAGAIN, EBADF, EHOSTUNREACH, EINVAL, ENOMEM

from .network import Address, Network

QUEUE = 4  # LWIP_INCOMING_PACKET_QUEUE_LEN
LONGEST = 1472  # bytes: what fits into one Ethernet frame
FIRST_ID, LAST_ID = 112, 127  # behind those of TCP: both share a byte with other interrupts
_FIRST_PORT, _LAST_PORT = 4096, 0x7FFF  # UDP_LOCAL_PORT_RANGE
REUSEADDR, BROADCAST, ADD_MEMBERSHIP, DROP_MEMBERSHIP = 0x04, 0x20, 0x400, 0x401
_IN, _OUT, _NVAL = 1, 4, 32  # of poll()


class Socket:
    """lwip_socket_obj_t of a UDP socket. `event()` is what option 20 would schedule."""

    def __init__(self, event: Callable[[], None]) -> None:
        self._event = event
        self.events = self.reuse = self.broadcast = False
        self.port = 0
        self.remote: Address | None = None
        self.queue: deque[tuple[bytes, Address]] = deque()

    def incoming(self, data: bytes, source: Address) -> bool:
        """udp_raw_incoming(): False where four packets wait already."""
        if len(self.queue) >= QUEUE:
            return False
        self.queue.append((data, source))
        if self.events:
            self._event()
        return True


class Sockets(Network):
    """The board's UDP sockets, by id. `notify(id)` is called for each event of option 20.

    The other arguments are Network's. `dropped` counts packets that found a full queue.
    """

    def __init__(self, notify: Callable[[int], None], *arguments) -> None:
        self._notify = notify
        self._sockets: dict[int, Socket] = {}  # the one that was bound last comes last
        self.dropped = 0
        super().__init__(*arguments)

    def open(self) -> int:
        """A new socket's id."""
        free = [n for n in range(FIRST_ID, LAST_ID + 1) if n not in self._sockets]
        if not free:
            raise OSError(ENOMEM, "too many sockets")
        self._sockets[free[0]] = Socket(lambda: self._notify(free[0]))
        return free[0]

    def bind(self, sid: int, port: int) -> None:
        """udp_bind() to any address; port 0 takes the first free one from 4096 on."""
        s = self._get(sid)
        others = [o for o in self._sockets.values() if o is not s and o.port]
        if not port:
            taken = {o.port for o in others}
            port = next(n for n in range(_FIRST_PORT, _LAST_PORT) if n not in taken)
        if any(o.port == port and not (o.reuse and s.reuse) for o in others):
            raise OSError(EADDRINUSE, "port in use")
        self.listen(port)
        s.port = port
        self._sockets[sid] = self._sockets.pop(sid)

    def connect(self, sid: int, address: Address) -> None:
        """udp_connect(): only packets from there come in, and send() goes there."""
        s = self._get(sid)
        if not s.port:
            self.bind(sid, 0)
        s.remote = address

    def send(self, sid: int, data: bytes, to: Address | None = None) -> int:
        """udp_sendto(), or udp_send() to where the socket is connected."""
        s = self._get(sid)
        to = to or s.remote
        if not to or not self.route(to[0]):
            raise OSError(EHOSTUNREACH, "no route")
        if len(data) > LONGEST:
            raise OSError(ENOMEM, "too long")
        if self.is_broadcast(to[0]) and not s.broadcast:
            raise OSError(EINVAL, "broadcast without SO_BROADCAST")
        if not s.port:
            self.bind(sid, 0)
        self.transmit(s.port, data, to)
        return len(data)

    def recv(self, sid: int, size: int, peek: bool = False) -> tuple[bytes, Address]:
        """lwip_raw_udp_receive(): the first packet, without what does not fit; EAGAIN."""
        queue = self._get(sid).queue
        if not queue:
            raise OSError(EAGAIN, "no packet")
        data, source = queue[0] if peek else queue.popleft()
        return data[:size], source

    def poll(self, sid: int) -> int:
        """What poll() would report if asked for everything."""
        if sid not in self._sockets:
            return _NVAL
        return _OUT | (_IN if self._sockets[sid].queue else 0)

    def set_event(self, sid: int, on: bool) -> None:
        """Option 20: whether notify() is called for this socket."""
        self._get(sid).events = on

    def option(self, sid: int, option: int, value: bytes) -> bool:
        """setsockopt(): False where lwIP does not know it. A flag's value is one byte."""
        s = self._get(sid)
        if option == REUSEADDR:
            s.reuse = value != b"\0"
        elif option == BROADCAST:
            s.broadcast = value != b"\0"
        elif option in (ADD_MEMBERSHIP, DROP_MEMBERSHIP):
            self.member(value[:4], value[4:], option == ADD_MEMBERSHIP)
        else:
            return False
        return True

    def close(self, sid: int) -> None:
        """udp_remove(); nothing happens where it is closed already."""
        s = self._sockets.pop(sid, None)
        if s and s.port and not any(o.port == s.port for o in self._sockets.values()):
            self.shut(s.port)

    def arrived(self, port: int, data: bytes, source: Address) -> None:
        """udp_input(): the socket connected to the source, else the last one that is not."""
        bound = [s for s in reversed(self._sockets.values()) if s.port == port]
        for s in sorted(bound, key=lambda s: s.remote != source):
            if s.remote in (None, source):
                self.dropped += not s.incoming(data, source)
                return

    def reset(self) -> None:
        """A reset, soft or hard, or a power cut: no socket is left."""
        for sid in list(self._sockets):
            self.close(sid)
        self.groups.clear()

    def _get(self, sid: int) -> Socket:
        if sid not in self._sockets:
            raise OSError(EBADF, "closed socket")
        return self._sockets[sid]

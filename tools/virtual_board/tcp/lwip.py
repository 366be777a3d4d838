"""The chip's TCP as the firmware sees it: extmod/modlwip.c over lwIP 1.4, on loopback sockets.

modlwip is here and in sockets.py. lwIP is network.py, syn.py, outgoing.py, and pcb.py (a
connection) with receive_window.py and send_buffer.py. listener.py, loopback.py, path.py and
hosts.py stand for the air and for the other hosts. Each rule names its C function. All runs in
the event loop's thread, and nothing waits. Errors are OSError with MicroPython's numbers.

Harsher than the chip:
* After a reset was reported once, all but close() fails and adds to `misuse`: there a write can
  crash (v1.28+). So does setting an option on a socket that was reset: there by a null pointer.
* Room in the send buffer comes back when everything sent is acknowledged, not segment by segment.
* After a hard reset or a crash the kernel answers for the silent connections (network.py), so
  that a client's keepalive finds nothing wrong; the chip's wrong RSTs would let it run out.
* Connecting takes a round trip of 10 ms, so a non-blocking connect() hardly ever succeeds at once.
* connect() by the access point alone is answered by nobody; the chip might say EHOSTUNREACH.
* A blocking recv() on a connection that is under way waits; on the chip it is ENOTCONN.
Kinder, or different only in time:
* A client's first data is looked at after 5 ms or after accept(), whichever comes first. Over the
  air it needs a round trip, in which a callback has long accepted; on loopback it would always be
  early, refused, and 125 ms late. FIN and RST are not waited for, so the order is the same.
* SYNs come one by one, each when the one before is accepted or has waited 50 ms: on loopback a
  client that opens one connection after another is faster than any is over the air, where it
  waits a round trip for each. Clients that come at the same instant have it easier here. One that
  has left after 50 ms without its turn never comes: over the air nobody had answered it yet.
* Data and FIN count as two segments. In one segment before accept() the chip would lose the FIN.
* A dropped SYN's client believes itself connected: the kernel answered. A board that is off, or
  off the air without a listener, refuses at once where a real one would be silent.
* When the link comes back both sides go on at once; none dies of retransmissions (TCP_MAXRTX).
* SYN_RCVD takes no time, the SDK's heap never runs out, congestion and loss do not happen.
* Two segments of unequal length that arrive together may be cut elsewhere; their number is right.
"""

import asyncio
from collections.abc import Callable
from errno import EADDRINUSE, EAGAIN, EALREADY, EBADF, EINVAL, ENOMEM

from .hosts import Hosts
from .network import Network
from .pcb import Pcb
from .sockets import FAILED, POLLNVAL, Socket, State
from .types import Peer, PortUser

_MAX_SOCKETS = 111  # ids share a byte with other interrupts: UDP's are behind them, then pins


class Stack(Network):
    """The board's sockets, by id. `ports`: board port -> port on 127.0.0.1 (0: any free one).

    `notify(id)` is called for each event that option 20 would report.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        ports: dict[int, int],
        notify: Callable[[int], None],
        hosts: Hosts | None = None,
    ) -> None:
        self._notify = notify
        self.misuse = 0
        self._sockets: dict[int, Socket] = {}
        self._last_id = self._ephemeral = 0
        super().__init__(loop, ports, hosts)

    @property
    def open_sockets(self) -> int:
        """Sockets that the firmware has not closed."""
        return len(self._sockets)

    @property
    def outgoing(self) -> int:
        """Of these, those that the board connects to another host with."""
        return sum(s.port not in self.ports for s in self._sockets.values())

    def socket(self) -> int:
        """A new socket's id."""
        if self.open_sockets >= _MAX_SOCKETS:
            raise OSError(ENOMEM, "too many sockets")
        sid = self._last_id % _MAX_SOCKETS + 1
        while sid in self._sockets:
            sid = sid % _MAX_SOCKETS + 1
        self._last_id = sid
        self._sockets[sid] = Socket(lambda: self._notify(sid), self._misused)
        return sid

    def bind(self, sid: int, port: int) -> None:
        """tcp_bind() to any address: EADDRINUSE unless all users of the port have SO_REUSEADDR."""
        s = self._with_pcb(sid)
        if s.state is not State.NEW:
            raise OSError(EALREADY, "bind after listen or accept")
        users: list[PortUser] = [o for o in self._sockets.values() if o.pcb is None]
        users += self.connections(with_time_wait=not s.reuse)
        if any(user.port == port and not (user.reuse and s.reuse) for user in users):
            raise OSError(EADDRINUSE, "port in use")
        s.port = port

    def listen(self, sid: int, backlog: int) -> None:
        """lwip_socket_listen(); ENOMEM where tcp_listen_with_backlog() returns NULL."""
        s = self._with_pcb(sid)
        if s.state is not State.NEW or self.listener(s.port):
            raise OSError(ENOMEM, "already listening")
        port = self.open_port(s.port)
        s.state, s.slots = State.LISTENING, max(1, backlog)
        port.listen()

    def accept(self, sid: int) -> tuple[int, tuple[str, int]]:
        """lwip_socket_accept(), non-blocking: (id, (ip, port)), or EAGAIN."""
        s = self._with_pcb(sid)
        if s.state is not State.LISTENING:
            raise OSError(EINVAL, "not listening")
        s.settle()
        if not s.queue:
            raise OSError(EAGAIN, "nobody waits")
        new = self.socket()
        pcb = s.queue.pop(0)
        self._sockets[new].take(pcb)
        return new, pcb.peer

    def connect(self, sid: int, peer: Peer) -> None:
        """The first half of lwip_socket_connect(): the SYN is on its way."""
        self._ephemeral = self._ephemeral % 4096 + 1
        self._get(sid).connect(self, peer, 49151 + self._ephemeral)

    def connected(self, sid: int) -> bool:
        """The second half: False while it is under way; an OSError where it has failed."""
        return self._get(sid).connected()

    def recv(self, sid: int, size: int, peek: bool = False, waits: bool = False) -> bytes:
        """At most what is left of the first segment; b"" at the end; EAGAIN, ECONNRESET once.

        `waits`: the caller tries again after EAGAIN.
        """
        return self._get(sid).recv(size, peek, waits)

    def send(self, sid: int, data: bytes) -> int:
        """Bytes taken; EAGAIN without room, ENOMEM with eight pbufs queued, ECONNRESET once."""
        return self._get(sid).send(data)

    def poll(self, sid: int) -> int:
        """What poll() would report if asked for everything."""
        return self._sockets[sid].poll() if sid in self._sockets else POLLNVAL

    def set_event(self, sid: int, on: bool) -> None:
        """Option 20: whether notify() is called for this socket."""
        self._get(sid).events = on

    def reuse(self, sid: int, on: bool = True) -> None:
        """SO_REUSEADDR, which accepted connections inherit, and which may then go for one."""
        s = self._with_pcb(sid)
        s.reuse = on
        if isinstance(s.pcb, Pcb):
            s.pcb.reuse = on

    def nodelay(self, sid: int) -> None:
        """TCP_NODELAY, which they don't."""
        s = self._with_pcb(sid)
        s.nodelay = True
        if isinstance(s.pcb, Pcb):
            s.pcb.send_buffer.nodelay = True

    def close(self, sid: int) -> None:
        """Close; nothing happens where it is closed already."""
        s = self._sockets.pop(sid, None)
        if s is None:
            return
        if s.state is State.LISTENING and s.port in self.ports:
            self.ports[s.port].shut()
        s.close()

    def _get(self, sid: int) -> Socket:
        if sid not in self._sockets:
            raise OSError(EBADF, "closed socket")
        return self._sockets[sid]

    def _with_pcb(self, sid: int) -> Socket:
        """For calls that use socket->pcb unchecked: it is NULL after a reset."""
        s = self._get(sid)
        s.settle()
        if s.state in FAILED:
            self._misused()
            raise OSError(EBADF, "used after a reset")
        return s

    def _misused(self) -> None:
        self.misuse += 1

    def listener(self, port: int) -> Socket | None:
        """The socket that listens on a port of the board."""
        listening = (s for s in self._sockets.values() if s.state is State.LISTENING)
        return next((s for s in listening if s.port == port), None)

    def reset(self) -> None:
        """Soft reset: finalisers close every socket; lwIP goes on with what that leaves."""
        for sid in list(self._sockets):
            self.close(sid)

    def power_off(self) -> None:
        """Hard reset or power cut: nothing is left; the loopback ports stay taken."""
        self._sockets.clear()
        super().power_off()

"""lwIP as a whole: its lists of connections, the link, the power.

A hard reset, a crash or a power cut tells a client nothing. The board that comes back answers its
segments with an RST whose number is one too high (tcp_listen_input() in lwip/core/tcp_in.c:
ackno + 1), which Linux ignores. So here these connections stay open and silent until the client
leaves (silence.py). A soft reset closes every socket by its finaliser: FIN or RST go out.
"""

import asyncio
import socket
from collections.abc import Callable
from errno import ENOMEM

from . import loopback
from .hosts import Hosts
from .listener import Port
from .outgoing import Outgoing
from .pcb import Pcb
from .receive_window import Guard, no_guard
from .silence import Silence
from .sockets import Socket
from .syn import Syn, Syns
from .types import Peer, PortUser

_MAX_PORTS = 32  # of the board's that a program listens at in the board's life; harsher
TIME_WAIT = 5.0  # s, 2 * TCP_MSL on this build


class Network:
    """`ports`: port of the board -> port on 127.0.0.1 that stands for it (0: any free one).

    Counters for tests: SYNs dropped, connections refused because the accept queue was full,
    connections that the board ended with an RST.
    """

    syn_interval = 3.0  # s, LWIP_TCP_RTO_TIME: it does not grow in SYN_SENT

    def __init__(
        self, loop: asyncio.AbstractEventLoop, ports: dict[int, int], hosts: Hosts | None = None
    ) -> None:
        self.loop = loop
        self.hosts = hosts or Hosts()
        self.link_up = self.station_up = True
        # Makes the guard of a new connection: it looks at all data that comes, and returns what
        # to refuse it with, or b"" to let it through.
        self.guard: Callable[[], Guard] = lambda: no_guard
        self.pcbs: list[Pcb | Outgoing] = []  # tcp_active_pcbs
        self.refused = self.aborted = 0
        self._time_wait: list[tuple[float, PortUser]] = []  # tcp_tw_pcbs, each with its end
        self._limbo: list[socket.socket] = []  # their RST waits for the link
        self._silence = Silence(loop)  # connections from before a reset
        self.syns = Syns(loop, self)
        self.ports: dict[int, Port] = {}
        try:
            for board_port, number in ports.items():
                self.ports[board_port] = self._port(board_port, number)
        except OSError:
            self.close_ports()
            raise

    def _port(self, board_port: int, number: int) -> Port:
        return Port(
            self.loop,
            (self.hosts.here, number),
            lambda sock, peer: self.syns.send(Syn(board_port, sock, peer)),
        )

    def open_port(self, board_port: int) -> Port:
        """The loopback port of one that a program listens at: it keeps that until the end."""
        if board_port not in self.ports:
            if len(self.ports) >= _MAX_PORTS:
                raise OSError(ENOMEM, "too many ports")
            self.ports[board_port] = self._port(board_port, 0)
        return self.ports[board_port]

    def loopback_port(self, board_port: int) -> int:
        """The port on 127.0.0.1 that stands for one of the board's."""
        return self.ports[board_port].number

    def listener(self, port: int) -> Socket | None:
        """The socket that listens on a port of the board; lwip.py knows the sockets."""
        raise NotImplementedError

    @property
    def dropped_syns(self) -> int:
        """How many SYNs the board has dropped."""
        return self.syns.dropped

    @property
    def active_pcbs(self) -> int:
        """How many connections count towards MAX_PCBS: all but those in TIME_WAIT."""
        return len(self.connections())

    @property
    def unaccepted(self) -> bool:
        """Whether a connection waits for the firmware to accept it."""
        return any(listener and listener.queue for listener in map(self.listener, self.ports))

    @property
    def silent(self) -> int:
        """How many clients are still connected to the board as it was before a reset."""
        return len(self._silence)

    def connections(self, with_time_wait: bool = False) -> list[PortUser]:
        """Connections that the board knows of at this moment."""
        for pcb in list(self.pcbs):
            pcb.settle()
        now = self.loop.time()
        self._time_wait = [(end, user) for end, user in self._time_wait if end > now]
        return [*self.pcbs, *(user for _, user in self._time_wait if with_time_wait)]

    def establish(self, sock: socket.socket, peer: Peer, listener: Socket) -> None:
        """The handshake is over: the connection goes into the accept queue, or ends."""
        pcb = Pcb(self, sock, peer, listener, self.guard())
        if not listener.incoming(pcb):
            self.refused += 1
            pcb.drop()

    def time_wait(self, user: PortUser) -> None:
        """The connection is over but keeps its port from those without SO_REUSEADDR."""
        self._time_wait.append((self.loop.time() + TIME_WAIT, user))

    def hang_up(self, sock: socket.socket) -> None:
        """Send an RST, as soon as the link lets it out."""
        if self.link_up:
            loopback.reset(sock)
        else:
            self._limbo.append(sock)

    def leave(self, sock: socket.socket) -> None:
        """Forget a connection whose peer hears nothing any more."""
        self._silence.add(sock)

    def link(self, up: bool, station_up: bool | None = None) -> None:
        """WiFi goes or comes; without it nothing moves either way.

        Other hosts are reached by the station alone, clients also by the access point.
        """
        self.station_up = up if station_up is None else station_up
        if up == self.link_up:
            return
        self.link_up = up
        while up and self._limbo:
            loopback.reset(self._limbo.pop())
        for pcb in list(self.pcbs):
            pcb.link_changed()

    def power_off(self) -> None:
        """Hard reset or power cut: nothing is left; the loopback ports stay taken."""
        for port in self.ports.values():
            port.shut()
        for pcb in list(self.pcbs):
            if sock := pcb.forget():
                self._silence.add(sock)
        self._time_wait.clear()
        while self._limbo:
            self._silence.add(self._limbo.pop())

    def close_ports(self) -> None:
        """Let go of the loopback ports: the end of this object."""
        self.syns.stop()
        self.power_off()
        self._silence.end()
        for port in self.ports.values():
            port.close()

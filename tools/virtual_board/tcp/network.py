"""lwIP as a whole: its lists of connections, what becomes of a SYN, the link, the power.

A hard reset, a crash or a power cut tells a client nothing. The board that comes back answers its
segments with an RST whose number is one too high (tcp_listen_input() in lwip/core/tcp_in.c:
ackno + 1), which Linux ignores. So here these connections stay open and silent until the client
leaves (silence.py). A soft reset closes every socket by its finaliser: FIN or RST go out.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable

from . import loopback
from .listener import Peer, Port, Syn
from .pcb import Pcb
from .silence import Silence
from .sockets import Socket

MAX_PCBS = 5  # MEMP_NUM_TCP_PCB
HANDSHAKE = 0.05  # s
TIME_WAIT = 5.0  # s, 2 * TCP_MSL on this build


class Network:
    """`ports`: port of the board -> port on 127.0.0.1 that stands for it (0: any free one).

    Counters for tests: SYNs dropped, connections refused because the accept queue was full,
    connections that the board ended with an RST.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ports: dict[int, int]) -> None:
        self.loop = loop
        self.link_up = True
        # Makes what looks at all that comes on a connection, and stops it with False (hosts.py).
        self.guard: Callable[[], Callable[[bytes], bool]] = lambda: lambda data: True
        self.pcbs: list[Pcb] = []  # tcp_active_pcbs
        self.dropped_syns = self.refused = self.aborted = 0
        self._time_wait: list[tuple[float, Pcb]] = []  # tcp_tw_pcbs, each with its end
        self._limbo: list[socket.socket] = []  # their RST waits for the link
        self._silence = Silence(loop)  # connections from before a reset
        self._syns: deque[tuple[float, Syn]] = deque()  # on their way through the air, since when
        self._turn: asyncio.TimerHandle | None = None
        self._last_syn = 0.0
        self.ports: dict[int, Port] = {}
        try:
            for board_port, number in ports.items():
                self.ports[board_port] = self._port(board_port, number)
        except OSError:
            self.close_ports()
            raise

    def _port(self, board_port: int, number: int) -> Port:
        port = Port(self.loop, number)
        port.deliver = lambda sock, peer: self._syn(sock, peer, board_port)
        port.discard = self.hang_up
        port.take_turn = self._queue_syn
        return port

    def loopback_port(self, board_port: int) -> int:
        """The port on 127.0.0.1 that stands for one of the board's."""
        return self.ports[board_port].number

    def listener(self, port: int) -> Socket | None:
        """The socket that listens there; modlwip's part knows."""
        raise NotImplementedError

    @property
    def active_pcbs(self) -> int:
        """How many connections count towards MAX_PCBS: all but those in TIME_WAIT."""
        return len(self.connections())

    @property
    def silent(self) -> int:
        """How many clients are still connected to the board as it was before a reset."""
        return len(self._silence)

    def connections(self, with_time_wait: bool = False) -> list[Pcb]:
        """Connections that the board knows of at this moment."""
        for pcb in list(self.pcbs):
            pcb.settle()
        now = self.loop.time()
        self._time_wait = [(end, pcb) for end, pcb in self._time_wait if end > now]
        return self.pcbs + [pcb for _, pcb in self._time_wait if with_time_wait]

    def _queue_syn(self, syn: Syn) -> None:
        self._syns.append((self.loop.time(), syn))
        if not self._turn:
            self._next_syn()

    def _next_syn(self) -> None:
        """One after the other, as clients come that need a round trip for each connection: the
        firmware has time to accept the one before, unless it takes HANDSHAKE or longer.

        A client that has left after so long gave up before anybody answered it.
        """
        self._turn = None
        while self._syns:
            now = self.loop.time()
            since, syn = self._syns[0]
            gave_up = now - since > HANDSHAKE and syn.gave_up()
            waiting = any(self._unaccepted(port) for port in self.ports)
            if waiting and not gave_up and now - self._last_syn < HANDSHAKE:
                self._turn = self.loop.call_later(0.001, self._next_syn)
                return
            self._syns.popleft()
            if not gave_up:
                self._last_syn = now
                syn.arrive()

    def _unaccepted(self, port: int) -> bool:
        listener = self.listener(port)
        return bool(listener and listener.queue)

    def _syn(self, sock: socket.socket, peer: Peer, port: int) -> bool:
        """tcp_listen_input(): False drops the SYN, and its client will send it again."""
        listener = self.listener(port)
        if not self.link_up or (listener and self.active_pcbs >= MAX_PCBS):
            self.dropped_syns += 1
            return False
        if not listener:
            loopback.reset(sock)
            return True
        pcb = Pcb(self, sock, peer, listener)
        if not listener.incoming(pcb):
            self.refused += 1
            pcb.drop()
        return True

    def time_wait(self, pcb: Pcb) -> None:
        """The connection is over but keeps its port from those without SO_REUSEADDR."""
        self._time_wait.append((self.loop.time() + TIME_WAIT, pcb))

    def hang_up(self, sock: socket.socket) -> None:
        """Send an RST, as soon as the link lets it out."""
        if self.link_up:
            loopback.reset(sock)
        else:
            self._limbo.append(sock)

    def link(self, up: bool) -> None:
        """WiFi goes or comes; without it nothing moves either way."""
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
            self._silence.add(pcb.forget())
        self._time_wait.clear()
        while self._limbo:
            self._silence.add(self._limbo.pop())

    def close_ports(self) -> None:
        """Let go of the loopback ports: the end of this object."""
        if self._turn:
            self._turn.cancel()
        self.power_off()
        self._silence.end()
        for port in self.ports.values():
            port.close()

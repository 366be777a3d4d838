"""A device in the board's network that a test plays, with a UDP socket of its own.

    with Peer(board) as phone:                       # an mDNS peer: 192.168.1.20, port 5353
        phone.send(query)                            # to the board's port 5353, by multicast
        answer, port = phone.receive()               # the board's multicasts to 5353 come, too

    Peer(board, 40000)                               # a legacy resolver: the board sees port 40000
    Peer(board, 123, "192.168.1.5").receive()        # a server that the board sends something to
    Peer(board, 40001, address).send(query, to=53)   # address = chip.wlan.access_point.join():
                                                     # a client of the access point asks its DNS

Any other UDP socket may be used as well: it sends to ("127.0.0.1", board.udp_port(5353)), is told
to the board as 192.168.1.9 with the port that the kernel gave it, and gets no multicasts.
"""

import itertools
import socket

from ..board import VirtualBoard
from .network import GROUPS, HOST

_addresses = itertools.cycle(range(20, 200))


class Peer:
    """The board is told `address` and `port` for it; no address: one of 192.168.1.20 to .199."""

    def __init__(self, board: VirtualBoard, port: int = 5353, address: str = "") -> None:
        self._board, self.port = board, port
        self.address = address or f"192.168.1.{next(_addresses)}"
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind((HOST, 0))
        self._number = self._sock.getsockname()[1]
        board.do(lambda chip: chip.udp.introduce(self._number, (self.address, port)))

    def send(self, data: bytes, to: int = 5353, unicast: bool = False) -> None:
        """Send a packet to a port of the board, which has arrived when this returns.

        One for a port of network.GROUPS goes to the group, unless told otherwise.
        """
        group = "" if unicast else GROUPS.get(to, "")
        me = (self.address, self.port)
        self._board.do(lambda chip: chip.udp.receive(to, data, me, group))

    def receive(self, timeout: float = 10) -> tuple[bytes, int]:
        """The next packet of the board and the board's port that it came from. TimeoutError."""
        self._sock.settimeout(timeout)
        data, (_, number) = self._sock.recvfrom(65536)
        return data, self._board.do(lambda chip: chip.udp.board_port(number))

    def waiting(self) -> int:
        """How many bytes the next packet has that is here already; 0 if there is none."""
        self._sock.setblocking(False)
        try:
            return len(self._sock.recv(65536, socket.MSG_PEEK))
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Leave the network."""
        self._sock.close()
        self._board.do(lambda chip: chip.udp.forget(self._number))

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

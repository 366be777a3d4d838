"""A board without the switch, whose programs talk to hosts of its network."""

import contextlib
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.board import connection, session
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard

ADDRESS = "192.168.1.5"
# What every program starts with: attempt(f, ...) is what it returns or the number of its OSError.
TOOLS = """
import gc, network, select, socket, time
def attempt(f, *a):
    try:
        return f(*a)
    except OSError as e:
        return e.errno
    except ValueError as e:
        return str(e)
def asked(s, flags=5):
    p = select.poll()
    p.register(s, flags)
    return p.poll(0)[0][1] if p.poll(0) else 0
def wait(s, flags=5, ms=3000):
    p = select.poll()
    p.register(s, flags)
    e = p.poll(ms)
    return e[0][1] if e else 0
"""
WIFI = """
import network, time
w = network.WLAN(network.WLAN.IF_STA)
network.WLAN(network.WLAN.IF_AP).active(False)
w.active(True)
w.connect("home", "correct horse")
while not w.isconnected():
    time.sleep_ms(20)
"""


class Peer:
    """A host's program on 127.0.0.1, which listens and takes connections by hand."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)
        self.port = self.listener.getsockname()[1]

    def accept(self) -> socket.socket:
        """The next connection of the board's."""
        sock = self.listener.accept()[0]
        sock.settimeout(10)
        return sock


def reset(sock: socket.socket) -> None:
    """Close with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class Programs:
    """A board's raw REPL: `run(program)` gives what it prints; names outlive a program."""

    def __init__(self, board: VirtualBoard, repl: object) -> None:
        self.board, self._repl = board, repl
        self.run(TOOLS)

    def run(self, program: str) -> str:
        """An exception of the program's is one here."""
        return self._repl.exec(program).decode().strip().replace("\r", "")

    def write(self, name: str, content: bytes) -> None:
        """A file on the board."""
        self._repl.fs_writefile(name, content)

    def value(self, expression: str) -> object:
        """What an expression is."""
        return eval(self.run(f"print(repr(({expression})))"))


@contextlib.contextmanager
def programs(folder: Path, boot: str = WIFI, **options: object) -> Iterator[Programs]:
    """A board of its own that has run `boot` as its boot.py."""
    tree = folder / "tree"
    tree.mkdir()
    (tree / "boot.py").write_text(boot)
    image.create(folder / "flash.img", tree)
    with VirtualBoard(folder / "flash.img", **options) as board:
        with session.raw_repl(connection.open_board(None, board.serial)) as repl:
            yield Programs(board, repl)


@pytest.fixture(scope="module")
def peer() -> Peer:
    """The host's program at broker.lan, port 1883, of `module_board`."""
    return Peer()


@pytest.fixture(scope="module")
def module_board(tmp_path_factory: pytest.TempPathFactory, peer: Peer) -> Iterator[Programs]:
    """A board for all tests of a file, whose network has `peer`."""
    hosts = {"broker.lan": (ADDRESS, {1883: peer.port})}
    with programs(tmp_path_factory.mktemp("board"), hosts=hosts) as board:
        yield board

"""Avahi in a network of its own, where a virtual board is too: a bridge carries the board's UDP.

The board's packets become real ones in that network, and those for 224.0.0.251 or for the board
become its own. Two network namespaces with a cable (veth) between them: nothing leaves this PC.
"""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.virtual_board.board import VirtualBoard

BOARD, PC = "192.168.1.7", "192.168.1.20"
GROUP, PORT = "224.0.0.251", 5353
TOOLS = ("ip", "unshare", "nsenter", "dbus-daemon", "avahi-daemon", "avahi-resolve")
PATH = "/usr/sbin:/sbin:/usr/bin:/bin"
ENVIRONMENT = {"PATH": PATH, "LANG": "C.UTF-8"}
_CLONE_NEWNET = 0x40000000
_BUS = """<busconfig><type>system</type><listen>unix:path={path}</listen>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>"""
_AVAHI = """[server]
host-name={name}
use-ipv6=no
allow-interfaces=pc
[publish]
disable-publishing={silent}
"""


def why_not() -> str:
    """What is missing here for such a network, or ""."""
    if missing := [tool for tool in TOOLS if not shutil.which(tool, path=PATH)]:
        return f"no {missing[0]} here (Debian: apt install avahi-daemon avahi-utils dbus iproute2)"
    probe = "unshare -n -m ip link add name pc type veth peer name board".split()
    if subprocess.run(probe, env=ENVIRONMENT, capture_output=True).returncode:
        return "no network namespace can be made here (that needs root)"
    return ""


needs_avahi = pytest.mark.skipif(bool(why := why_not()), reason=why)


class Home:
    """The network "pc": Avahi's end, at 192.168.1.20, and "board": the bridge's, 192.168.1.7."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._environment = ENVIRONMENT | {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}
        self.pc, self.board = self._space(), self._space()
        link = f"ip link add name pc type veth peer name board netns {self.board}"
        self._run(self.pc, *link.split())
        for space, name, address in ((self.pc, "pc", PC), (self.board, "board", BOARD)):
            self._run(space, *f"ip addr add {address}/24 dev {name}".split())
            self._run(space, *f"ip link set {name} up".split())
        (folder / "bus.conf").write_text(_BUS.format(path=folder / "bus"))
        bus = self._start(
            "dbus-daemon", "--nofork", "--print-address", f"--config-file={folder}/bus.conf"
        )
        assert bus.stdout and bus.stdout.readline().startswith(b"unix:")

    def _space(self) -> int:
        """A process that keeps a namespace, with a /run of its own for Avahi's files."""
        script = "mount -t tmpfs none /run && mkdir /run/avahi-daemon && echo ready && exec cat"
        process = self._popen("unshare", "-n", "-m", "sh", "-c", script)
        assert process.stdout and process.stdout.readline() == b"ready\n"
        return process.pid

    def _popen(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._stack.callback(process.communicate)
        self._stack.callback(process.kill)
        return process

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return self._popen("nsenter", "-t", str(self.pc), "-n", "-m", *command)

    def _run(self, space: int, *command: str) -> str:
        enter = ["nsenter", "-t", str(space), "-n", "-m"]
        done = subprocess.run(
            [*enter, *command],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    def avahi(self, name: str, silent: bool = True) -> None:
        """Start Avahi, on a PC of this name, which it publishes unless `silent`."""
        config = self._folder / "avahi.conf"
        config.write_text(_AVAHI.format(name=name, silent="yes" if silent else "no"))
        options = "--no-drop-root --no-chroot --no-rlimits --no-proc-title".split()
        process = self._start("avahi-daemon", *options, "-f", str(config))
        assert process.stdout
        for line in process.stdout:
            if b"Server startup complete" in line:
                return
        raise AssertionError("Avahi does not start")

    def ask(self, *command: str) -> str:
        """What one of Avahi's tools says."""
        return self._run(self.pc, *command)

    def _socket(self, bound: str) -> socket.socket:
        """A UDP socket in the bridge's namespace, to which only the thread that opens it goes."""
        found: list[socket.socket] = []

        def open_there() -> None:
            with open(f"/proc/{self.board}/ns/net") as space:
                if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), _CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
            here = socket.inet_aton(BOARD)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
            member = struct.pack("4s4s", socket.inet_aton(GROUP), here)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            sock.bind((bound, PORT))
            sock.settimeout(0.2)
            found.append(sock)

        thread = threading.Thread(target=open_there)
        thread.start()
        thread.join()
        (sock,) = found
        self._stack.callback(sock.close)
        return sock

    def connect(self, board: VirtualBoard) -> None:
        """Put the board, whose address is BOARD, into the network."""
        own, group = self._socket(BOARD), self._socket(GROUP)
        board.do(lambda chip: setattr(chip.wlan, "address", BOARD))

        def transmit(port: int, data: bytes, to: tuple[str, int]) -> None:
            own.sendto(data, to)

        board.do(lambda chip: setattr(chip.udp, "transmit", transmit))
        over = threading.Event()

        def carry(sock: socket.socket, to: str) -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    data, peer = sock.recvfrom(1500)
                    board.do(lambda chip: chip.udp.receive(PORT, data, peer, to))  # noqa: B023

        for arguments in ((own, ""), (group, GROUP)):
            thread = threading.Thread(target=carry, args=arguments)
            thread.start()
            self._stack.callback(thread.join)
        self._stack.callback(over.set)


@pytest.fixture
def home(tmp_path: Path, make_target: object) -> Iterator[Home]:
    """A network with nobody in it yet, which goes before make_target's boards do."""
    with contextlib.ExitStack() as stack:
        yield Home(tmp_path, stack)

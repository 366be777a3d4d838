"""The firmware's VM: stock MicroPython for Unix as a child process, and the connection to it.

Its standard output is what a program prints; everything else goes over a socketpair (protocol.py).
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from ..sandbox import launch
from . import protocol

ROOT = Path(__file__).resolve().parents[3]
# Room for the stand-ins; what is left beyond the chip's own heap, the kernel fills (kernel.py).
_HEAP = 320 * 1024
_PIPE = 4096  # bytes
LAUNCH = (
    f"import sys; sys.path.append({str(ROOT)!r}); "
    "from tools.virtual_board.sandbox import launch; sys.exit(launch.main(*sys.argv[1:]))"
)
_BOOTSTRAP = (
    f"import sys; sys.path[:] = [{str(protocol.FIRMWARE)!r}, '.frozen']; "
    "import kernel; kernel.main(globals())"
)


def interpreter() -> str:
    """The path of MicroPython: beside this Python (the venv's), or on PATH. FileNotFoundError."""
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if not found:
        raise FileNotFoundError("micropython")
    return found


def command(*arguments: str) -> list[str]:
    """How to start the interpreter with these arguments, held back by the system (launch.py)."""
    found = interpreter()
    module = find_spec(launch.MODULE)
    if module and module.origin and Path(found).parent == Path(sys.executable).parent:
        found = module.origin  # what that file would load
    # Isolated, and without site-packages: it starts in half the time.
    return [sys.executable, "-I", "-S", "-c", LAUNCH, found, *arguments]


def environment() -> dict[str, str]:
    """What the interpreter gets: not the user's own, in which a program could read secrets."""
    return {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}


def _tie(pid: int, end: socket.socket) -> None:
    """Let the kernel kill this process when the other end of the pair `end` is closed.

    PR_SET_PDEATHSIG has to be asked for in the child, and MicroPython cannot.
    """
    if sys.platform == "linux":
        fcntl.fcntl(end, fcntl.F_SETOWN, pid)
        fcntl.fcntl(end, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(end, fcntl.F_SETFL, os.O_ASYNC)


class Vm:
    """One run of the interpreter, from a reset to the next.

    `mapped` is how many bytes of flash it shows as memory.
    request(call): a call from the VM, to be answered with reply(); output(bytes): what it printed;
    ended(status): the process is gone; full(): for how many seconds no more output can be sent.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        mapped: int,
        request: Callable[[protocol.Call], None],
        output: Callable[[bytes], None],
        ended: Callable[[int], None],
        full: Callable[[], float],
    ) -> None:
        self._loop, self._request, self._output, self._ended = loop, request, output, ended
        self._full = full
        self._wire, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        # If we are killed, a program that computes would never notice that its connection ended.
        self._lifeline, held = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._stdout, stdout = os.pipe()
        os.set_blocking(self._stdout, False)
        if sys.platform == "linux":
            fcntl.fcntl(stdout, fcntl.F_SETPIPE_SZ, _PIPE)  # so that print() waits sooner
        self._hold: asyncio.TimerHandle | None = None  # until more output can be sent
        self._wire.setblocking(False)
        self._sequence: int | None = None  # of the request that waits for its reply
        self._packet = b""

        self._child = subprocess.Popen(
            command("-X", f"heapsize={_HEAP + mapped + mapped // 32}", "-c", _BOOTSTRAP),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            pass_fds=[theirs.fileno(), held.fileno()],
            env={**environment(), "WIRE": str(theirs.fileno()), "TZ": "UTC0"},
            start_new_session=True,  # a Ctrl-C at the user's terminal is not the program's
        )
        _tie(self._child.pid, held)
        held.close()
        theirs.close()
        os.close(stdout)
        loop.add_reader(self._wire, self._readable)
        loop.add_reader(self._stdout, self._print)

    @property
    def waiting(self) -> bool:
        """True while the VM waits for a reply."""
        return self._sequence is not None

    def _print(self) -> None:
        # No more than the wire takes: behind a full pipe, print() waits.
        if self._read_output() and (wait := self._full()):
            self._loop.remove_reader(self._stdout)
            self._hold = self._loop.call_later(wait, self._go_on, None)

    def _read_output(self) -> bool:
        """Hand on a part of what the program has printed; False where there is no more."""
        try:
            data = os.read(self._stdout, _PIPE)
        except BlockingIOError:
            return False
        if data:
            self._output(data)
        else:
            self._loop.remove_reader(self._stdout)
        return bool(data)

    def _go_on(self, call: protocol.Call | None) -> None:
        self._hold = None
        self._loop.add_reader(self._stdout, self._print)
        if call:
            self._request(call)

    def _readable(self) -> None:
        try:
            packet = self._wire.recv(protocol.MAX_MESSAGE)
        except ConnectionResetError:
            packet = b""
        while self._read_output():  # all that was printed before, so that order holds
            pass
        if not packet:
            self._close()
            return self._ended(self._wait())
        self._packet += packet
        if request := protocol.parse_request(self._packet):
            self._packet = b""
            self._sequence, call = request
            if self._hold:
                self._hold.cancel()
            if wait := self._full():
                self._hold = self._loop.call_later(wait, self._go_on, call)
            else:
                self._go_on(call)

    def reply(self, result: int, data: bytes, interrupts: list[int], flags: int) -> None:
        """Answer the request that is open; `flags` are protocol.CTRL_C and the like."""
        assert self._sequence is not None
        packet = protocol.format_reply(self._sequence, interrupts, flags, result, data)
        self._sequence = None
        with contextlib.suppress(BrokenPipeError):  # it has ended: _readable() comes to that
            self._wire.send(packet)

    def interrupt(self) -> None:
        """Break a computation that makes no calls: SIGINT is Ctrl-C to the interpreter."""
        self._child.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Power off: nothing is closed, nothing said."""
        self._close()
        self._child.kill()
        self._wait()

    def _wait(self) -> int:
        status = self._child.wait()
        self._lifeline.close()  # not before, or it would not end by itself
        return status

    def _close(self) -> None:
        if self._hold:
            self._hold.cancel()
        if self._wire.fileno() >= 0:
            self._loop.remove_reader(self._wire)
            self._wire.close()
        if self._stdout >= 0:
            self._loop.remove_reader(self._stdout)
            os.close(self._stdout)
            self._stdout = -1

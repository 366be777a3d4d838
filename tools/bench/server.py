"""The servers that are compared, each as a process: compiled as the switch is deployed, run by
MicroPython for Unix on the PC's own sockets, in a heap like the chip's.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import microdot

from tools import build
from tools.errors import UserError
from tools.virtual_board.vm.process import interpreter

HEAP = "76K"  # with a PC's 64-bit words, it holds what the chip's 38 KiB hold
_ROOMY = "64M"  # if nothing is to be collected
_SCRIPTS = Path(__file__).parent / "baselines"
_RUNNER = "run.py"
_MICRODOT = ("__init__", "helpers", "microdot")  # of its files, what it loads
_START = 120  # s; under valgrind it takes 5, on a busy PC 30

# Name in the tables, and the script in baselines/. The first is ours, the last is the unit.
SERVERS = {
    "switch": "switch_led",
    "Microdot": "microdot_led",
    "documented example": "example_led",
    "floor": "floor_led",
}
SWITCH, MICRODOT, EXAMPLE, FLOOR = SERVERS


def compile_all(folder: Path) -> Path:
    """Compile the bundle and its baselines into `folder`, which is made anew; returns it."""
    shutil.rmtree(folder, ignore_errors=True)
    build.build(folder)
    (folder / "main.py").unlink()
    (folder / "boot.py").unlink()
    package = Path(microdot.__file__).parent
    sources = {path.stem: path for path in _SCRIPTS.glob("*.py") if path.name != _RUNNER}
    sources |= {f"microdot/{name}": package / f"{name}.py" for name in _MICRODOT}
    (folder / "microdot").mkdir()
    for name, path in sources.items():
        code = build.compile_source(f"{name}.py", path.read_text("utf-8"))
        (folder / f"{name}.mpy").write_bytes(code)
    return folder


class Server:
    """One of SERVERS, running, to measure "instructions", "bytes" or "time".

    `before` goes in front of its command line, such as valgrind.
    """

    def __init__(self, tree: Path, name: str, measured: str, before: Sequence[str] = ()) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  (kill() closes it)
        heap = _ROOMY if measured == "bytes" else HEAP
        script = [str(_SCRIPTS / _RUNNER), SERVERS[name], str(self.port), measured]
        self._process = subprocess.Popen(
            [*before, interpreter(), "-X", f"heapsize={heap}", *script],
            # The whole environment: anything else in it would move the stack.
            env={"MICROPYPATH": f"{tree}:.frozen", "PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        self.pid = self._process.pid
        try:
            self._wait_for_port()
        except BaseException:
            self.kill()
            raise

    def _wait_for_port(self) -> None:
        end = time.monotonic() + _START
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with self.connect() as first:
                    # A client that connects and disconnects ends the documented example.
                    first.sendall(b"GET /led HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    first.recv(4096)
                return
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise UserError(f"a server does not start: {self._said()}", "correct it and try again")

    def connect(self) -> socket.socket:
        """A new connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=_START)

    def state(self) -> str:
        """Its state in the kernel: R runs, S sleeps, T is stopped."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]

    def settle(self, state: str = "S") -> None:
        """Wait until it is in `state`: by default, until it has no more to do."""
        while (now := self.state()) != state:
            if now == "Z":
                raise UserError(f"a server has ended: {self._said()}", "correct it and try again")
            time.sleep(0.0002)

    def pause(self) -> None:
        """Stop it, so that it sees what arrives only after resume(), all at once."""
        self._process.send_signal(signal.SIGSTOP)
        self.settle("T")

    def resume(self) -> None:
        """Let it go on, and wait until it has no more to do."""
        self._process.send_signal(signal.SIGCONT)
        self.settle()

    def stop(self) -> tuple[int, int]:
        """End it with Ctrl-C; return the bytes of its heap in use, and those that it keeps."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_START)
            used, kept = map(int, self._said().split()[-2:])
        except (subprocess.TimeoutExpired, ValueError):
            raise UserError(
                f"a server does not stop: {self._said()}", "correct it and try again"
            ) from None
        finally:
            self.kill()
        return used, kept

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        self._output.close()

    def _said(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()

"""A switch to attack, and what must hold when the attack is over."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import client
import pytest

from tools.board.webrepl import WebreplTransport
from tools.soak.measure import LISTENERS, free_heap, settle
from tools.virtual_board import image
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip
from tools.virtual_board.hardware.wlan import Air

HOME = {"home": "correct horse"}
GET = b"GET /led HTTP/1.1\r\nHost: localhost\r\n\r\n"
PUT = b"PUT /led HTTP/1.1\r\nHost: localhost\r\nContent-Length: 13\r\n\r\n"  # lacks OFF
OFF = b'{"on": false}'
_KEPT = 2048  # bytes of heap: what one client may have left behind on the stack
_LOOKS = 4


def reset(sock: socket.socket) -> None:
    """Close with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@contextlib.contextmanager
def connections(url: str, count: int) -> Iterator[list[socket.socket]]:
    """So many at once, closed at the end."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(client.connect(url)) for _ in range(count)]


def log_in(board: VirtualBoard, password: str = client.PASSWORD) -> WebreplTransport:
    """A WebREPL session. UserError where that is refused."""
    return WebreplTransport(board.webrepl.split("/")[2], password)


def prompt_answers(board: VirtualBoard) -> None:
    """WebREPL lets its owner in, and out."""
    prompt = log_in(board)
    prompt.serial.write(b"6*7\r")
    assert prompt.serial.read_until(b"\n42\r\n>>> ").endswith(b"\n42\r\n>>> ")
    prompt.close()
    board.wait_for(lambda chip: chip.terminal.session is None)


def answers(board: VirtualBoard) -> bool:
    """What GET /led says, within 2 s from now, with as many tries as they allow.

    They are counted in hundredths, so that a PC that has no time for the board stretches them.
    """

    late = threading.Event()

    def ask() -> bool | None:
        while not late.is_set():
            with contextlib.suppress(OSError, IndexError):
                return client.led(board.http)
        return None

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask)
        for _ in range(200):
            if asked.done():
                return bool(asked.result())
            time.sleep(0.01)
        late.set()
        board.close()  # which ends the try that waits
        raise AssertionError(f"no answer within 2 s; the console ends: {board.console[-500:]!r}")


def heap(board: VirtualBoard) -> int:
    """Free heap when all clients have gone."""
    client.led(board.http)
    settle(board)
    return free_heap(board)


def heap_is_back(board: VirtualBoard, before: int, kept: int) -> None:
    """It is as it was, but for `kept` bytes. The collector takes any old word on the stack for a
    reference: what it spares the first time, it may get the next, after another request.
    """
    found = [heap(board)]
    while found[-1] < before - kept and len(found) < _LOOKS:
        found.append(heap(board))
    assert found[-1] >= before - kept, f"of {before} bytes of heap {found} are left"


def boot(board: VirtualBoard, start: Callable[[Chip], object] = Chip.power_on) -> None:
    """Until the prompt; by the chip's clock it takes ten times as long as here."""
    boots = board.chip.boots
    board.do(start)
    board.wait_for(lambda chip: chip.clock.advance(50) is None and chip.boots > boots, 60)


def complaints(board: VirtualBoard) -> list[str]:
    """What the board says of itself; there may be no traceback."""
    lines = board.console.replace("\r", "").split("\n")
    assert not any("Traceback" in line for line in lines), board.console
    return [line for line in lines if line.startswith(("boot: ", "main.py: ", "switch: "))]


class Victim:
    """A board that has booted once and suffers one fault after the other."""

    def __init__(self, folder: Path, tree: Path) -> None:
        image.create(folder / "flash.img", tree)
        self.board = VirtualBoard(folder / "flash.img", air=Air(HOME)).start()
        self.intact = True
        self._warm_up()

    def _warm_up(self) -> None:
        """First, what is allocated once."""
        for path in ("/led", "/status", "/nothing") * 3:
            client.request(self.board.http, "GET", path)
        for said in (b"", GET[:9], PUT, GET) * 3:
            sock = client.connect(self.board.http)
            sock.sendall(said)
            reset(sock)
        with connections(self.board.http, 12):
            answers(self.board)
        self._leave_late()
        prompt_answers(self.board)

    def _leave_late(self) -> None:
        """Until all clients have gone; the late are late sooner, as the chip's clock has it."""
        self.board.wait_for(lambda chip: chip.clock.advance(20) or gone(chip))

    @contextlib.contextmanager
    def suffers(self, after: bool = True) -> Iterator[VirtualBoard]:
        """Around a fault: the light is on before and `after`; nothing is left of it."""
        self.intact = False
        board = self.board
        client.set_led(board.http, True)
        before = self._counts(), heap(board)
        mark = len(board.console)
        yield board
        assert answers(board) is after
        self._leave_late()
        assert "Traceback" not in board.console[mark:] and "ended" not in board.console[mark:]
        assert board.do(lambda chip: chip.gpio.led()) is after
        assert self._counts() == before[0], "resets, misused sockets"
        heap_is_back(board, before[1], _KEPT)
        self.intact = True

    def _counts(self) -> tuple[int, int]:
        return self.board.do(lambda chip: (chip.boots, chip.stack.misuse))


def gone(chip: Chip) -> bool:
    """Whether all clients have gone."""
    return chip.stack.active_pcbs == 0 and chip.stack.open_sockets == LISTENERS


@pytest.fixture(scope="session")
def victims(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable]:
    """victims(): the one of this process; a new one where the last did not hold."""
    made: list[Victim] = []

    def one() -> Victim:
        if not made or not made[-1].intact:
            made.append(Victim(tmp_path_factory.mktemp("victim"), bundle))
        return made[-1]

    yield one
    for victim in made:
        victim.board.close()


@pytest.fixture
def victim(victims: Callable[[], Victim]) -> Victim:
    """A board for a fault that it has to survive without a reset."""
    return victims()

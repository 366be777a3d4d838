"""One soft reset after the other, over each wire, whatever goes on meanwhile: none crashes."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator

import client
import pytest
from fault_rig import GET, log_in

from tools.board.webrepl import WebreplTransport
from tools.errors import UserError
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import POWER_ON

TIMES = 4  # For the long run: 200, which takes two minutes for each test.
CLIENTS = 3
PRINTS = b"x = [print('line', i) for i in range(300)]\r"
CTRL_D = b"\4"


@contextlib.contextmanager
def load(board: VirtualBoard) -> Iterator[None]:
    """HTTP clients, one request after the other until the end."""
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError), client.connect(board.http) as sock:
                sock.settimeout(0.5)
                sock.sendall(GET)
                client.read_all(sock)

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def session(board: VirtualBoard) -> WebreplTransport:
    """A WebREPL session; under load its handshake may have had to make room."""
    end = time.monotonic() + client.TIMEOUT
    while True:
        try:
            return log_in(board)
        except UserError:
            if time.monotonic() > end:
                raise


def take_all(prompt: WebreplTransport) -> None:
    """Until then the program waits for us; the end of it the reset may cut off."""
    with contextlib.suppress(OSError):
        prompt.serial.read_until(b"line 299")


def by_serial(board: VirtualBoard) -> None:
    wire = os.open(board.serial, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(wire, CTRL_D)
    finally:
        os.close(wire)


def by_serial_in_output(board: VirtualBoard) -> None:
    prompt = session(board)
    prompt.serial.write(PRINTS)
    prompt.serial.read_until(b"line 9")
    by_serial(board)
    take_all(prompt)


def by_webrepl(board: VirtualBoard) -> None:
    session(board).serial.write(CTRL_D)


def by_webrepl_in_output(board: VirtualBoard) -> None:
    prompt = session(board)
    prompt.serial.write(PRINTS)
    prompt.serial.read_until(b"line 9")
    prompt.serial.write(CTRL_D)
    take_all(prompt)


def by_webrepl_and_gone(board: VirtualBoard) -> None:
    prompt = session(board)
    prompt.serial.write(PRINTS + CTRL_D)
    prompt.close()


@pytest.mark.parametrize("around", [contextlib.nullcontext, load], ids=["idle", "load"])
@pytest.mark.parametrize(
    "reset",
    [by_serial, by_serial_in_output, by_webrepl, by_webrepl_in_output, by_webrepl_and_gone],
)
def test_a_soft_reset_is_no_crash(
    board: VirtualBoard,
    reset: Callable[[VirtualBoard], None],
    around: Callable[..., contextlib.AbstractContextManager],
) -> None:
    client.set_led(board.http, True)
    mark = board.console.count("MPY: soft reboot")
    with around(board) if around is load else around():
        for _ in range(TIMES):
            boots = board.chip.boots
            reset(board)
            board.wait_for(lambda chip, boots=boots: chip.boots > boots)
    assert board.do(lambda chip: (chip.crashes, chip.cause, chip.gpio.led())) == (
        0,
        POWER_ON,
        True,
    )
    assert board.console.count("MPY: soft reboot") - mark == TIMES

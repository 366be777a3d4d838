"""A virtual board to hold in the hand: its event loop in a thread, everything else by method.

    with VirtualBoard(image) as board:
        requests.get(board.http)

Tests switch faults through `chip`, inside `do()`, which runs in the board's own thread.
"""

import asyncio
import threading
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import TypeVar

from .chip import Chip
from .hardware.flash import DEFAULT, VARIANTS
from .hardware.wlan import Air
from .tcp.hosts import HERE, Hosts, Known

T = TypeVar("T")
HTTP, WEBREPL = 80, 8266  # the board's ports
MDNS, DNS = 5353, 53  # of UDP
_ID_OF_SEVERAL = 0xC00000


class VirtualBoard:
    """Switched on with start(), off with close(); a context manager does both.

    `image` is a flash image (image.py) of the firmware's `variant`; ports 0 take any free one.
    `udp_ports` has more of them: port of the board -> port on 127.0.0.1.
    `hosts` are the others in its network: {"broker.lan": ("192.168.1.5", {1883: port})} lets the
    board connect to `port` of 127.0.0.1 by that address or name; tcp/hosts.py says what else
    happens there. With several boards, each is `at` another address of this PC, such as 127.0.0.2,
    which is its address in the network, too, and the end of its id. `printed` and `led_changed`
    are called in the board's thread. OSError where a port is taken.
    """

    def __init__(
        self,
        image: Path,
        variant: str = DEFAULT,
        http_port: int = 0,
        webrepl_port: int = 0,
        udp_ports: dict[int, int] | None = None,
        air: Air | None = None,
        hosts: Known | None = None,
        at: str = HERE,
        printed: Callable[[bytes], None] = lambda data: None,
        led_changed: Callable[[bool], None] = lambda lit: None,
    ) -> None:
        self._console = bytearray()
        self._changed = threading.Condition()
        self._printed, self._led_changed = printed, led_changed
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        layout = VARIANTS[variant]
        ports = {HTTP: http_port, WEBREPL: webrepl_port}
        udp = {MDNS: 0, DNS: 0, **(udp_ports or {})}
        try:
            self.chip: Chip = self._call(
                lambda: Chip(
                    self._loop,
                    image,
                    layout,
                    ports,
                    udp,
                    self._print,
                    self._led,
                    air or Air(),
                    Hosts(hosts, at),
                )
            )
        except BaseException:
            self._stop_loop()
            raise
        if at != HERE:
            self.chip.wlan.address = at
            self.chip.id = _ID_OF_SEVERAL | int(IPv4Address(at)) & 0xFFFF
        self.serial = self.chip.uart.path
        self.http = f"http://{at}:{self.chip.stack.loopback_port(HTTP)}/"
        self.webrepl = f"ws://{at}:{self.chip.stack.loopback_port(WEBREPL)}/"

    def _call(self, function: Callable[[], T]) -> T:
        async def run() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    def do(self, action: Callable[[Chip], T]) -> T:
        """Run `action(chip)` in the board's thread and give its result."""
        return self._call(lambda: action(self.chip))

    def tcp_port(self, port: int) -> int:
        """The port on 127.0.0.1 for a TCP port that a program on the board has listened at."""
        return self.do(lambda chip: chip.stack.loopback_port(port))

    def udp_port(self, port: int) -> int:
        """The port on 127.0.0.1 for one of the board's UDP ports: 5353, 53, or one in use."""
        return self.do(lambda chip: chip.udp.loopback_port(port))

    def _print(self, data: bytes) -> None:
        with self._changed:
            self._console += data
            self._changed.notify_all()
        self._printed(data)

    def _led(self, lit: bool) -> None:
        with self._changed:
            self._changed.notify_all()
        self._led_changed(lit)

    @property
    def console(self) -> str:
        """All that the board has printed."""
        with self._changed:
            return self._console.decode(errors="replace")

    def printed_since(self, mark: int) -> bytes:
        """What it has printed after the first `mark` bytes."""
        with self._changed:
            return bytes(self._console[mark:])

    def wait_for(self, condition: Callable[[Chip], bool], timeout: float = 20) -> None:
        """Until `condition(chip)` holds, or TimeoutError with the console's end."""

        async def poll() -> None:
            while not condition(self.chip):
                await asyncio.sleep(0.005)

        waiting = asyncio.run_coroutine_threadsafe(asyncio.wait_for(poll(), timeout), self._loop)
        try:
            waiting.result()
        except (TimeoutError, asyncio.TimeoutError):
            raise TimeoutError(
                f"it did not happen; the console ends: {self.console[-500:]!r}"
            ) from None

    def start(self) -> "VirtualBoard":
        """Power on and wait for the prompt."""
        boots = self.chip.boots
        self.do(Chip.power_on)
        self.wait_for(lambda chip: chip.boots > boots)
        return self

    def close(self) -> None:
        """Power off; nothing is left running."""
        if self._loop.is_closed():
            return  # it was closed before
        self.do(Chip.close)
        self._stop_loop()

    def _stop_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> "VirtualBoard":
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.close()

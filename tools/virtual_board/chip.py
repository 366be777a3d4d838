"""The chip: its parts and its resets.

A hard reset, a power cut and a crash kill the VM; a soft reset lets it end in order, so that open
files are committed. RTC memory outlives all but a power cut; pins and sockets outlive nothing;
WiFi outlives a soft reset (ports/esp8266/main.c; its last moments: firmware/soft_reset.py).
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from .hardware.flash import Flash, Layout
from .hardware.parts import Hardware
from .hardware.timers import Timers
from .hardware.wlan import GOT_IP, Air
from .prompt.repl import SOFT_REBOOT
from .prompt.terminal import Terminal
from .prompt.uart import Uart
from .tcp.hosts import Hosts
from .tcp.lwip import Stack
from .udp.sockets import Sockets
from .vm.calls import Calls
from .vm.execution import Execution
from .vm.run_state import RunState

POWER_ON, WATCHDOG, EXCEPTION, SOFT_WATCHDOG, SOFT_RESTART, EXTERNAL = 0, 1, 2, 3, 4, 6
_PIN, _TIMER = 128, 145  # interrupt numbers: sockets below, pins and Timers from here


class Chip(Hardware, RunState):
    """`printed(bytes)` gets what the board prints; `led_changed(bool)` the LED."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        image: Path,
        layout: Layout,
        ports: dict[int, int],
        udp_ports: dict[int, int],
        printed: Callable[[bytes], None],
        led_changed: Callable[[bool], None],
        air: Air,
        hosts: Hosts,
    ) -> None:
        self.loop = loop
        self.stack = Stack(loop, ports, self.interrupt, hosts)  # first: a port may be taken
        try:
            self.udp = Sockets(self.interrupt, loop, udp_ports, lambda: self.wlan, hosts)
        except OSError:
            self.stack.close_ports()
            raise
        super().__init__(
            Flash(image, layout),
            air,
            led_changed,
            lambda pin: self.interrupt(_PIN + pin),
            Timers(loop, lambda n: self.interrupt(_TIMER + n), self._stale_timer),
        )
        self.uart = Uart(loop, lambda data: self.terminal.put(data), self._has_room)
        self.terminal = Terminal(self.uart, self.stack, printed, self._ctrl_c, self._keys)
        self.restart_time = 0.1  # s from machine.reset() to the reset, as system_restart() takes
        self.boots = self.crashes = 0  # arrivals at the prompt; crashes of the VM by itself
        self.calls = Calls(self, self.stack, self.udp, self.terminal)
        self._tick()

    # Power and resets

    def power_on(self) -> None:
        """Power comes."""
        self.rtc_memory, self.cause = b"", POWER_ON
        self.clock.set_date(0)
        self._start_hard()

    def power_cut(self) -> None:
        """Power goes: whatever was under way stays half done."""
        self._stop()
        self.timers.hard_reset()
        self.stack.power_off()
        self.reset_pins()

    def hard_reset(self, cause: int = EXTERNAL) -> None:
        """The RST pin, machine.reset() (SOFT_RESTART) or a crash (WATCHDOG, EXCEPTION)."""
        self._stop()
        self.stack.power_off()
        self.cause = cause
        self._start_hard()

    def vm_ended(self, status: int) -> None:
        """The VM ended by itself: a soft reset, or a crash."""
        self._stop()
        if not (status or self._crash):
            self.timers.soft_reset()
            return self._start()
        line = f"the interpreter ended with status {status}"
        if self._crash:
            line = f"crash: a callback used the swept heap at a soft reset: {self._crash}"
        self._crashes(line)

    def _stale_timer(self) -> None:
        self._crashes("crash: a Timer that was armed before the soft reset has fired")

    def _crashes(self, line: str) -> None:
        self.crashes += 1
        self.terminal.write(f"\r\n({line})\r\n".encode())
        self.hard_reset(EXCEPTION)

    def vm_printed(self, data: bytes) -> None:
        """A program prints. Behind the sweep of a soft reset only callbacks are left to do so."""
        if self._swept:
            self._crash = "print"
        self.terminal.print(data)

    def crashed(self, operation: str) -> None:
        """A callback used the swept heap for this operation; vm_ended() follows."""
        self._crash = operation

    def booted(self) -> None:
        """boot.py and main.py are over: the prompt comes."""
        self.boots += 1

    def swept(self) -> None:
        """The VM has freed all objects at a soft reset: finalisers close the sockets."""
        self._swept = True
        self.stack.reset()
        self.udp.reset()
        self.terminal.close_session()
        self.terminal.write(SOFT_REBOOT)

    def _start_hard(self) -> None:
        self.clock.restart()
        self.timers.hard_reset()
        self.wlan.power_up()
        self.terminal.repl.raw = False
        self.terminal.ring.clear()
        self.terminal.write(b"\r\n")
        self._start()

    def _start(self) -> None:
        self.reset_pins()
        self.terminal.close_session()
        self._swept, self._crash = False, ""  # the latter: what crashed the VM behind the sweep
        self._run = Execution(self)

    def _stop(self) -> None:
        self.udp.reset()
        if self._run:
            self._run.stop()
            self._run = None

    def close(self) -> None:
        """Switch off and let go of the image, the ports and the pty."""
        self._timer.cancel()
        self.power_cut()
        self.stack.close_ports()
        self.udp.close_ports()
        self.uart.close()
        self.flash.close()

    # What comes from outside

    def interrupt(self, number: int) -> None:
        """An event for the VM: a socket's (option 20) or a pin's."""
        if self._run:
            self._run.interrupt(number)

    def _ctrl_c(self) -> None:
        if self._run:
            self._run.ctrl_c()

    def _keys(self) -> None:
        if self._run:
            self._run.wake()

    def _has_room(self) -> bool:
        return self.terminal.ring.has_room(self.loop.time())

    def _tick(self) -> None:
        # What the SDK does by itself: WiFi comes and goes; output that was held up drains.
        station_up = self.wlan.state() == GOT_IP
        self.stack.link(station_up or self.wlan.ap_on, station_up)
        self.udp.look()
        self._keys()
        self._timer = self.loop.call_later(0.05, self._tick)

"""One run of the VM, from a reset to the next: its calls, its waits, the interrupts it gets.

Interrupts (events.py) travel with the next reply, Ctrl-C (ctrl_c.py) with the next to foreground
code. A print() that waits for a WebREPL client holds up the next call; callbacks run meanwhile.
"""

import asyncio
import errno

from ..hardware.flash import PowerCut
from ..prompt.repl import Execute
from . import protocol
from .ctrl_c import GRACE, CtrlC
from .events import Events
from .process import Vm
from .protocol import NAMES, Call
from .types import Machine

_EXCEPTION, _SOFT_RESTART = 2, 4
_WINDOW = 0.01  # s between the sweep and the new start, see firmware/soft_reset.py
_CTRL_C, _NO_INTERRUPT_CHAR = 3, -1
# What delivers callbacks; and flash calls, which cannot be made again: the next waits.
_UNHELD = ("schedule", "callback_dropped", "flash_read", "flash_prog", "flash_erase")


class Execution:
    """The VM at work. stop() ends it at once; when it ends by itself, chip.vm_ended(status)."""

    def __init__(self, chip: Machine) -> None:
        self._chip, self._terminal = chip, chip.terminal
        self.events = Events(chip.loop, self.wake)
        self._running, self._from_prompt = True, False
        self._ctrl_c = CtrlC(chip.loop, self._computing, self._send_ctrl_c)
        self._late: asyncio.TimerHandle | None = None  # a call that a signal may have broken off
        self._wait: asyncio.TimerHandle | None = None
        self._held: Call | None = None  # waits until the WebREPL client takes what was printed
        self._idle, self._source = False, b""  # waiting at the prompt; what it has to run
        self._terminal.ring.interrupt_char = _CTRL_C
        mapped = chip.flash.layout.rom_size
        full = self._terminal.uart.full
        self._vm = Vm(chip.loop, mapped, self._request, chip.vm_printed, chip.vm_ended, full)

    def stop(self) -> None:
        """Power off: whatever was under way stays half done."""
        self.events.stop()
        for timer in filter(None, (self._wait, self._late)):
            timer.cancel()
        self._wait = self._late = self._held = None
        self._ctrl_c.waiting = False
        self._vm.kill()

    def interrupt(self, number: int) -> None:
        """An event for a callback."""
        if self.events.add(number) and number == self._terminal.sock:
            self._chip.loop.call_later(GRACE, self._listen)

    @property
    def at_prompt(self) -> bool:
        """True while nothing runs: the next key is read at once, before any callback."""
        return self._idle and self._wait is not None and self.events.done

    def ctrl_c(self) -> None:
        """Ctrl-C while a program runs."""
        self._ctrl_c.press()
        self.wake()

    def _computing(self) -> bool:
        return self._running and not self._vm.waiting and not self.events.running

    def _send_ctrl_c(self) -> bool:
        # The program may be a full pipe ahead of a write that waits, which takes it on the chip.
        blocked = self._terminal.blocked()
        (self._terminal.break_write if blocked else self._vm.interrupt)()
        return not blocked

    def _listen(self) -> None:
        # os.dupterm_notify runs between any two jumps on the chip: Ctrl-C gets through to a loop.
        if self._computing():
            self._terminal.listen()

    def _request(self, call: Call) -> None:
        if self._late:
            self._late.cancel()  # Ctrl-C broke that call off: nobody waits for its reply
            self._late = None
        if self._ctrl_c.was_sent():
            self._late = self._chip.loop.call_later(GRACE, self._answer, call)
        else:
            self._answer(call)

    def _must_wait(self, call: Call) -> bool:
        # For a print() that waits; what runs callbacks meanwhile is itself not held up.
        if call.name == "dupterm_notify" and self._terminal.stands_still():
            return True
        return not (call.nested or call.name in _UNHELD) and self._terminal.blocked()

    def _answer(self, call: Call) -> None:
        self._late = None
        if self._must_wait(call):
            if call.nested or (self.events.done and not self._ctrl_c.waiting):
                self._held = call
            elif self.events.running or not self._ctrl_c.waiting:
                self._reply(0, flags=protocol.AGAIN)
            else:
                self._ctrl_c.waiting = False
                self._terminal.break_write()
                self._answer(call)
        elif call.name == "wait":
            self._idle = bool(call.b)
            # The chip's waits run a callback that is due before they wait.
            delay = 0 if self.events.running else call.a / 1000
            self._wait = self._chip.loop.call_later(delay, self._end_wait)
            self.wake()
        elif call.name == "swept":
            self._chip.swept()
            self._late = self._chip.loop.call_later(_WINDOW, self._end_window)
        elif call.name == "reset":
            # system_restart() returns; then no Python runs any more (mp_machine_reset).
            delay = self._chip.restart_time
            self._late = self._chip.loop.call_later(delay, self._chip.hard_reset, _SOFT_RESTART)
        elif call.name == "crash":
            self._chip.hard_reset(_EXCEPTION)
        else:
            try:
                self._reply(*self._carry_out(call))
            except PowerCut:
                self._chip.power_cut()
            except OSError as e:
                self._reply(-(e.errno or errno.EIO))

    def _carry_out(self, call: Call) -> tuple[int, bytes]:
        name, a, b, data, _ = call
        if name == "source":
            return 0, self._source[a : a + b]
        if name in ("callback_end", "callback_dropped"):
            self.events.over()
            self._terminal.resume()
        elif name == "schedule":
            self.events.schedule(a)
        elif name == "raised":
            if self._from_prompt:
                self._terminal.repl.raised()
        elif name == "finished":
            self._finished(bool(a), bool(b))
        elif name == "crashed":
            self._chip.crashed(NAMES.get(a, "memory or an exception"))
        else:
            return self._chip.calls.answer(name, a, b, data)
        return 0, b""

    def _finished(self, booted: bool, system_exit: bool) -> None:
        self._running = self._from_prompt = self._ctrl_c.waiting = False
        self._terminal.ring.interrupt_char = _NO_INTERRUPT_CHAR
        if booted:
            self._chip.booted()
            self._terminal.repl.start()
        else:
            self._terminal.repl.finished(system_exit)

    def _reply(self, result: int, data: bytes = b"", flags: int = 0) -> None:
        if self._ctrl_c.waiting and self._running and not self.events.running:
            flags |= protocol.CTRL_C
            self._ctrl_c.waiting = False
        if "read" in self._chip.flash.fail:
            flags |= protocol.FAULTY
        # The prompt looks for a key behind each callback, so that no crowd of events keeps it out.
        key = self.events.running and not self._running and self._terminal.ring.waiting
        self._vm.reply(result, data, [] if key else self.events.take(), flags)

    def _end_window(self) -> None:
        self._late, self.events.held = None, False
        self._reply(0)  # with the events that came before the sweep, and since
        self.events.held = True

    def _end_wait(self, work: int = 0) -> None:
        assert self._wait
        self._wait.cancel()
        self._wait = None
        self._reply(work)

    def wake(self) -> None:
        """Something happened: the VM gets it now where it waits."""
        self._terminal.flush()
        if self._held:
            held, self._held = self._held, None
            self._answer(held)  # which holds it again where nothing has changed
        elif self._wait is None:
            pass
        # The prompt takes a key that is there before it runs a callback (mp_hal_stdin_rx_chr).
        elif self._idle and not self.events.running and (work := self._terminal.next()):
            if isinstance(work, Execute):
                self._running = self._from_prompt = True
                self._terminal.ring.interrupt_char = _CTRL_C
                self._terminal.ring.line_began = self._chip.loop.time()
                self._source = work.source
                self._end_wait(protocol.execute(work.single, work.pasted, len(work.source)))
            else:
                self.events.held = True  # until the sweep
                self._end_wait(protocol.END)
        elif self.events or (self._ctrl_c.waiting and not self.events.running):
            self._end_wait(protocol.IRQ)

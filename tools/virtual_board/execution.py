"""One run of the VM, from a reset to the next: its calls, its waits, the interrupts it gets.

Interrupts queue up to four, as in the scheduler, and travel with the next reply. Ctrl-C travels
with a reply to foreground code, or as a signal where the program computes and makes no calls.
"""

import asyncio
import errno
from typing import TYPE_CHECKING

from . import protocol
from .flash import SECTORS, PowerCut
from .repl import Execute
from .vm import Vm

if TYPE_CHECKING:
    from .chip import Chip

HEAP = 2 * 38016  # bytes for Python: the chip's pool, doubled for 64-bit words
_TURN = 0.002  # s until a scheduled callback's turn: time that the VM's own jumps would take
_GRACE = 0.05  # s in which a computing program may notice an event by a call of its own
_SOFT_RESTART = 4
_HTTP = 80
_CTRL_C, _NO_INTERRUPT_CHAR = 3, -1


class Execution:
    """The VM at work. stop() ends it at once; when it ends by itself, chip.vm_ended(status)."""

    def __init__(self, chip: "Chip") -> None:
        self._chip, self._terminal = chip, chip.terminal
        self.to_lose = 0
        self.lost = 0
        self._interrupts: list[int] = []
        self._callbacks = 0  # handed to the VM and not yet over
        self._running, self._from_prompt = True, False
        self._kbd = self._signalled = False
        self._late: asyncio.TimerHandle | None = None  # a call that a signal may have broken off
        self._wait: asyncio.TimerHandle | None = None
        self._idle = False  # waiting at the prompt
        self._soon: list[asyncio.TimerHandle] = []  # callbacks of micropython.schedule
        self._held: tuple[str, int, int, bytes] | None = None
        self._source = b""
        self._terminal.ring.interrupt_char = _CTRL_C
        self._vm = Vm(chip.loop, self._request, self._terminal.print, chip.vm_ended)

    def stop(self) -> None:
        """Power off: whatever was under way stays half done."""
        for timer in (self._wait, self._late, *self._soon):
            if timer:
                timer.cancel()
        self._wait = self._late = self._held = None
        self._vm.kill()

    def interrupt(self, number: int) -> None:
        """An event for a callback; lost where four are waiting."""
        if self.to_lose or len(self._interrupts) >= protocol.MAX_INTERRUPTS:
            self.to_lose = max(0, self.to_lose - 1)
            self.lost += 1
            return
        self._interrupts.append(number)
        self._chip.loop.call_soon(self.wake)  # not out of the middle of a send(), or an echo
        if number == self._terminal.sock:
            self._chip.loop.call_later(_GRACE, self._listen)

    @property
    def events_done(self) -> bool:
        """True where no event waits for its callback, and none is being called."""
        return not (self._interrupts or self._callbacks)

    def _scheduled(self, number: int) -> None:
        del self._soon[0]
        if len(self._interrupts) < protocol.MAX_INTERRUPTS:
            self._interrupts.append(number)
            self.wake()
        else:  # it has its place in the queue already: it is not lost, it comes later
            self._soon.append(self._chip.loop.call_later(_TURN, self._scheduled, number))

    def ctrl_c(self) -> None:
        """Ctrl-C while a program runs."""
        self._kbd = True
        self.wake()
        self._chip.loop.call_later(_GRACE, self._signal)

    @property
    def _computing(self) -> bool:
        return self._running and not self._vm.waiting and not self._callbacks

    def _signal(self) -> None:
        if self._kbd and self._computing and not self._signalled:
            # Only one: a second before the first is taken would end the interpreter.
            self._kbd, self._signalled = False, True
            self._vm.interrupt()

    def _listen(self) -> None:
        # os.dupterm_notify runs between any two jumps on the chip: Ctrl-C gets through to a loop.
        if self._computing:
            self._terminal.listen()

    def _request(self, name: str, a: int, b: int, data: bytes) -> None:
        if self._late:
            self._late.cancel()  # the signal broke that call off: nobody waits for its reply
            self._late = None
        if self._signalled:
            self._signalled = False
            self._late = self._chip.loop.call_later(_GRACE, self._answer, name, a, b, data)
        else:
            self._answer(name, a, b, data)

    def _answer(self, name: str, a: int, b: int, data: bytes) -> None:
        self._late = None
        if self._terminal.blocked:
            self._held = (name, a, b, data)  # print blocks until the WebREPL client takes it
        elif name == "wait":
            self._idle = bool(b)
            # A callback that is due comes first: the chip's waits run it before they wait.
            delay = 0 if self._callbacks else a / 1000
            self._wait = self._chip.loop.call_later(delay, self._end_wait)
            self.wake()
        elif name == "reset":
            self._chip.hard_reset(_SOFT_RESTART)
        else:
            try:
                self._reply(*self._carry_out(name, a, b, data))
            except PowerCut:
                self._chip.power_cut()
            except OSError as e:
                self._reply(-(e.errno or errno.EIO))

    def _carry_out(self, name: str, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        if name == "hello":
            kind = "r" if self._terminal.repl.raw else "f"
            url = f"http://127.0.0.1:{self._chip.stack.loopback_port(_HTTP)}/"
            return SECTORS, f"{kind}{HEAP} {url}".encode()
        if name == "source":
            return 0, self._source[a : a + b]
        if name in ("callback_end", "callback_dropped"):
            self._chip.loop.call_soon(self._callback_over)
            self.lost += name == "callback_dropped"
        elif name == "schedule":
            self._soon.append(self._chip.loop.call_later(_TURN, self._scheduled, a))
        elif name == "raised":
            if self._from_prompt:
                self._terminal.repl.raised()
        elif name == "finished":
            self._finished(bool(a), bool(b))
        else:
            return self._chip.calls.answer(name, a, b, data)
        return 0, b""

    def _callback_over(self) -> None:
        # Behind the reply: a Ctrl-C in that would break into the callback, which prints it.
        self._callbacks -= 1
        self.wake()

    def _finished(self, booted: bool, system_exit: bool) -> None:
        self._running = self._from_prompt = self._kbd = False
        self._terminal.ring.interrupt_char = _NO_INTERRUPT_CHAR
        if booted:
            self._chip.boots += 1
            self._terminal.repl.start()
        else:
            self._terminal.repl.finished(system_exit)

    def _reply(self, result: int, data: bytes = b"") -> None:
        interrupts, self._interrupts = self._interrupts, []
        ctrl_c = self._kbd and self._running and not self._callbacks
        flags = protocol.CTRL_C if ctrl_c else 0
        self._kbd = self._kbd and not ctrl_c
        self._callbacks += len(interrupts)
        if "read" in self._chip.flash.fail:
            flags |= protocol.FAULTY
        self._vm.reply(result, data, interrupts, flags)

    def _end_wait(self, work: int = 0, data: bytes = b"") -> None:
        assert self._wait
        self._wait.cancel()
        self._wait = None
        self._reply(work, data)

    def wake(self) -> None:
        """Something happened: the VM gets it now where it waits."""
        # `blocked` sends, which may bring events, which wake: so it is asked before `_held`.
        if not self._terminal.blocked and self._held:
            held, self._held = self._held, None
            self._answer(*held)
        elif self._wait is None:
            pass
        elif self._interrupts or (self._kbd and not self._callbacks):
            self._end_wait(protocol.IRQ)
        elif self._idle and not self._callbacks and (work := self._terminal.next()):
            if isinstance(work, Execute):
                self._running = self._from_prompt = True
                self._terminal.ring.interrupt_char = _CTRL_C
                self._source = work.source
                kind = b"s" if work.single else b"e"
                self._end_wait(protocol.EXECUTE, kind + str(len(work.source)).encode())
            else:
                self._end_wait(protocol.END)

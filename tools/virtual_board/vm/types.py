"""What a run of the VM needs of the chip, so that execution.py need not know chip.py."""

import asyncio
from typing import Protocol

from ..hardware.flash import Flash
from ..prompt.terminal import Terminal
from .calls import Calls


class Machine(Protocol):
    """The parts that a run uses, and what it reports."""

    loop: asyncio.AbstractEventLoop
    flash: Flash
    terminal: Terminal
    calls: Calls
    restart_time: float

    def booted(self) -> None:
        """boot.py and main.py are over: the prompt comes."""

    def power_cut(self) -> None:
        """A fault: power went during a flash operation."""

    def hard_reset(self, cause: int) -> None:
        """machine.reset()."""

    def swept(self) -> None:
        """The VM has freed all objects at a soft reset."""

    def crashed(self, operation: str) -> None:
        """A callback used the swept heap for this: the VM ends, and that is a crash."""

    def vm_printed(self, data: bytes) -> None:
        """A program prints."""

    def vm_ended(self, status: int) -> None:
        """The process is gone."""

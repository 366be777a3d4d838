"""What tests ask about the run of the VM that there is."""

from .execution import Execution


class RunState:
    """A part of Chip."""

    _run: Execution | None = None

    def lose_interrupts(self, count: int) -> None:
        """A fault: the next `count` events are lost, as from a full scheduler queue."""
        assert self._run
        self._run.events.to_lose = count

    @property
    def to_lose(self) -> int:
        """How many of these are still to come."""
        assert self._run
        return self._run.events.to_lose

    @property
    def events_done(self) -> bool:
        """True where no event of a socket, a pin or a Timer waits for its callback or is in it."""
        return self._run is not None and self._run.events.outer_done

    @property
    def at_rest(self) -> bool:
        """True where no callback runs, and none will by itself, as in the minute after a boot."""
        return self._run is not None and self._run.events.at_rest

    @property
    def at_prompt(self) -> bool:
        """True while nothing runs: the next key is read at once, before any callback."""
        return self._run is not None and self._run.at_prompt

    @property
    def powered(self) -> bool:
        """True from power-on to a power cut."""
        return self._run is not None

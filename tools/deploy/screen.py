"""What a deploy says: lines that stay, and on a terminal what goes on at the moment."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text


class Screen:
    """For one board: the last line tells the progress."""

    def __init__(self) -> None:
        self._shown = False

    def say(self, line: str) -> None:
        """Print a line."""
        self.clear()
        print(line, flush=True)

    def progress(self, line: str) -> None:
        """Show this in place of the last such line."""
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
            self._shown = True

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False


class Rows:
    """For several boards: below the lines, a row for each thing that goes on, with a bar.

    A context manager, and safe in any thread. Without a terminal there are only the lines.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._console = Console(highlight=False)
        self._live = self._console.is_terminal and not self._console.is_dumb_terminal
        columns = TextColumn("{task.description}", markup=False), BarColumn()
        told = TextColumn("{task.fields[told]}", markup=False)
        self._rows = Progress(
            *columns,
            told,
            console=self._console,
            refresh_per_second=4,
            transient=True,
            disable=not self._live,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Rows:
        self._rows.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._rows.stop()

    def say(self, line: str, stream: TextIO | None = None) -> None:
        """Print a whole line, whatever other threads print; `stream` is stdout by default."""
        with self._lock:
            if self._live and (stream is None or stream.isatty()):
                self._console.print(Text(line), soft_wrap=True)
            else:
                print(line, file=stream or sys.stdout, flush=True)

    def show(self, name: str, told: str, done: float = 0, total: float | None = None) -> None:
        """The row `name` says `told`; without a total, nobody knows how long it takes."""
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = self._rows.add_task(name, total=total, told=told)
            self._rows.update(self._tasks[name], completed=done, total=total, told=told)

    def hide(self, name: str) -> None:
        """Its row is no longer needed."""
        with self._lock:
            if name in self._tasks:
                self._rows.remove_task(self._tasks.pop(name))

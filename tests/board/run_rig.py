"""`make run` as a process: what it prints, how it ends, what it has started."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Run:
    """The virtual board as a program, with free ports and the image `flash`."""

    def __init__(self, flash: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.virtual_board"],
            cwd=ROOT,
            env={
                **os.environ,
                "FLASH": str(flash),
                "HTTP_PORT": "0",
                "WEBREPL_PORT": "0",
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until(self, start: str) -> list[str]:
        """The lines up to the first that begins so."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip("\r\n"))
            if line.startswith(start):
                return lines
        raise AssertionError(f"it ended: {lines}")

    def end(self, number: int = signal.SIGINT) -> int:
        """Ctrl-C, or another signal."""
        self.process.send_signal(number)
        self.rest, _ = self.process.communicate(timeout=20)
        return self.process.returncode

    def children(self) -> list[str]:
        """The processes that it has started and that run."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [child for task in tasks for child in task.read_text().split()]

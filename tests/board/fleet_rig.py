"""`make fleet` as a program, and what boards say of themselves."""

import os
import subprocess
import sys
from pathlib import Path


def info(number: int) -> dict:
    """What a made-up board says of itself."""
    return {
        "name": f"lamp-{number:02}",
        "version": "1.0.0+abcdef12",
        "ip": f"192.168.1.{100 + number}",
        "rssi": -50 - number,
        "uptime_s": 3600 * number,
        "mem_free": 20000,
        "reset_cause": "power-on",
        "last_error": "api.py:7: OSError: 28" if number == 7 else "",
    }


def fleet(project: Path, port: int, **settings: str) -> tuple[int, str]:
    """(exit status, what it printed) of the tool without a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.fleet"],
        cwd=project,
        env={**os.environ, "BROKER": f"127.0.0.1:{port}", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=40,
    )
    return done.returncode, done.stdout


def row(shown: str, id: str) -> list[str]:
    """The cells of a board's row."""
    return next(line for line in shown.splitlines() if line.startswith(id)).split()


def one_error(shown: str, *words: str) -> bool:
    """Whether it is one line, an error, with these words."""
    return (
        shown.startswith("error: ") and shown.count("\n") == 1 and all(w in shown for w in words)
    )

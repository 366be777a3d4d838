"""Where the project is on this PC."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

"""tools.configure, run without a terminal: only the environment answers it."""

import os
import stat
import subprocess
from pathlib import Path

import tool_call

from tools import configure
from tools.settings import read
from tools.settings_table import ASKED

ROOT = Path(__file__).resolve().parent.parent


def environment(**values: str) -> dict[str, str]:
    """The test's environment with these settings and no others, for tools.configure to run in."""
    kept = {k: v for k, v in os.environ.items() if k not in {s.name for s in ASKED}}
    return {**kept, "PYTHONPATH": str(ROOT), **values}


def configure_without_terminal(folder: Path, **values: str) -> subprocess.CompletedProcess:
    return tool_call.call(configure.run, folder, environment(**values))


def values_in(folder: Path) -> dict:
    return read((folder / "webrepl_cfg.py").read_text(encoding="utf-8"))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)

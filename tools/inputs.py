"""Read what a user gives the tools: files, and switches in the environment."""

from __future__ import annotations

import os
from pathlib import Path

from tools import settings
from tools.errors import UserError
from tools.paths import ROOT


def read_text(path: Path) -> str:
    """The text of a file, without the mark (BOM) that Windows editors put in front of it.

    UserError where it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", "it is needed: make it readable") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: is not UTF-8", "save it as UTF-8") from None


def config_file(virtual: bool) -> Path:
    """Find webrepl_cfg.py, or for a virtual board the example; UserError if it is missing."""
    path = ROOT / settings.CONFIG
    if path.exists():
        return path
    if virtual:
        return ROOT / settings.EXAMPLE
    raise UserError("webrepl_cfg.py is missing", "create it with `make configure`")


def results_folder() -> Path:
    """The folder for results that the documents show: docs/ with WRITE=1, else build/."""
    folder = ROOT / ("docs" if switched_on("WRITE") else "build")
    folder.mkdir(exist_ok=True)
    return folder


def switched_on(name: str) -> bool:
    """Whether `name` is 1 in the environment; UserError if it is neither 1 nor 0."""
    value = os.environ.get(name) or "0"
    if value not in ("0", "1"):
        raise UserError(f"{name}={value} is neither 1 nor 0", f"give {name}=1, or leave it out")
    return value == "1"


def host_and_port() -> tuple[str | None, str | None]:
    """HOST and PORT of the environment, None where they are not set."""
    return os.environ.get("HOST") or None, os.environ.get("PORT") or None

"""Build the files that a board should have, and check its settings."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from tools import build, inputs
from tools.board import running
from tools.deploy.plan import files
from tools.errors import UserError
from tools.settings_check import check
from tools.virtual_board import passwords


class Wanted(NamedTuple):
    """Path on the board -> content, and warnings about the settings, a line each."""

    files: dict[str, bytes]
    warnings: list[str]


def wanted(host: str | None) -> Wanted:
    """Build what the board at HOST, or else at PORT, should have, from the present sources.

    UserError if a source does not compile, or if the board would refuse a setting.
    """
    image = running.image(host, None if host else os.environ.get("PORT"))
    config = inputs.config_file(virtual=bool(image))
    text = inputs.read_text(config)
    with tempfile.TemporaryDirectory() as folder:
        if image:  # keeps its password, if the user has none
            text = passwords.own(text, passwords.of(image))
            config = Path(folder) / "config"
            config.touch(0o600)
            config.write_text(text, "utf-8")
        built = files(build.build(Path(folder) / "board", config=config))
    warnings = check(text)
    if not image and passwords.is_examples(text):
        raise UserError(
            "webrepl_cfg.py has the example's password, which everybody knows",
            "choose your own with `make configure`",
        )
    # A board that is deployed to over WiFi is in a network.
    return Wanted(built, [] if host else warnings)

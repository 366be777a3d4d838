"""The QR code by which a phone joins the board's access point: in the terminal, or as a file."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import UserError
from tools.setting import Value
from tools.settings import write

if TYPE_CHECKING:
    import segno


def code(values: Mapping[str, Value]) -> segno.QRCode:
    """The code for a board with these settings."""
    import segno.helpers  # late: without a terminal, nothing is drawn

    return segno.helpers.make_wifi(
        ssid=str(values["HOSTNAME"]), password=str(values["AP_PASSWORD"]), security="WPA"
    )


def show(values: Mapping[str, Value]) -> None:
    """Draw it on the terminal, and nowhere else, because it contains a password."""
    if values["AP_PASSWORD"] and sys.stdout.isatty():
        print(f"To set up the WiFi by phone, join {values['HOSTNAME']} by this code:")
        code(values).terminal(compact=True)


def save(values: Mapping[str, Value], path: Path) -> None:
    """Write it as an SVG file for a label, readable by its owner only; UserError if that fails."""
    if path.suffix != ".svg":
        raise UserError(f"QR={path} is not an .svg file", "name one, such as QR=label.svg")
    if not values["AP_PASSWORD"]:
        raise UserError("there is no AP_PASSWORD to make a QR code of", "set one")
    out = io.BytesIO()
    code(values).save(out, kind="svg", scale=4)
    write(path, out.getvalue().decode())
    print(f"{path} is written: the code that joins {values['HOSTNAME']}, for a label")

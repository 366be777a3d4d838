"""The modules of device/ that only booting needs, as device/switch.py lists them."""

from __future__ import annotations

import ast
from pathlib import Path

_SWITCH = Path(__file__).resolve().parent.parent / "device" / "switch.py"


def boot_only() -> tuple[str, ...]:
    """Their names, as they stand in `_BOOT_ONLY` there."""
    for node in ast.parse(_SWITCH.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_BOOT_ONLY":
            return ast.literal_eval(node.value)
    raise LookupError(f"no _BOOT_ONLY in {_SWITCH}")

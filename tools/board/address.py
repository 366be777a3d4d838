"""Where a board serves."""

from __future__ import annotations

import re


def address(machine: str, ip: str) -> str:
    """URL of the switch on a board with this os.uname().machine, where a virtual one names its
    own.
    """
    virtual = re.search(r"http://\S+", machine)
    return virtual[0] if virtual else f"http://{ip}/"

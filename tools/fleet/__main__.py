"""`make fleet`: the boards that a broker knows, as a table.

Environment: BROKER (host or host:port), MQTT_USER and MQTT_PASSWORD (without them, those of
webrepl_cfg.py are used), JSON=1 (JSON instead of the table).
"""

from __future__ import annotations

import json

from tools.errors import main
from tools.fleet.known import known_boards
from tools.fleet.table import table
from tools.inputs import switched_on


def run() -> None:
    """Ask the broker and print what it knows."""
    as_json = switched_on("JSON")
    found = known_boards()
    print(json.dumps([board._asdict() for board in found], indent=1) if as_json else table(found))


if __name__ == "__main__":
    main(run)

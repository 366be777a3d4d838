"""`make fleet`: the boards that a broker knows, as a table.

Environment: BROKER (host or host:port), MQTT_USER and MQTT_PASSWORD (else those of webrepl_cfg.py
are used), JSON=1 (JSON instead of the table).
"""

from __future__ import annotations

import json

from tools.errors import UserError, main
from tools.fleet import broker
from tools.fleet.boards import TOPICS, Board, boards
from tools.fleet.table import table
from tools.inputs import switched_on

_SECONDS = 2  # for all retained messages to arrive


def known_boards() -> list[Board]:
    """What the broker of the environment knows. UserError where that is no board."""
    place = broker.from_environment()
    if found := boards(broker.retained(place, TOPICS, _SECONDS)):
        return found
    raise UserError(
        f"the broker at {place} knows no board",
        "set MQTT_HOST on the boards, and let this user read wifi-switch/#",
    )


def run() -> None:
    """Ask the broker and print what it knows."""
    as_json = switched_on("JSON")
    found = known_boards()
    print(json.dumps([board._asdict() for board in found], indent=1) if as_json else table(found))


if __name__ == "__main__":
    main(run)

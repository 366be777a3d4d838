"""Read which boards the broker of the environment knows."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from tools.errors import UserError
from tools.fleet import broker
from tools.fleet.boards import TOPICS, Board, boards

_SECONDS = 2  # for all retained messages to arrive


def known_boards() -> list[Board]:
    """Read what the broker knows; UserError if it knows no board."""
    place = broker.from_environment()
    if found := boards(broker.retained(place, TOPICS, _SECONDS)):
        return found
    raise UserError(
        f"the broker at {place} knows no board",
        "set MQTT_HOST on the boards, and let this user read wifi-switch/#",
    )


def addresses(boards: Iterable[Board]) -> list[str]:
    """The addresses of the boards that are online, but only private ones."""
    found = [board.ip for board in boards if board.online and _is_private(board.ip)]
    return list(dict.fromkeys(found))


def _is_private(text: str | None) -> bool:
    try:
        return ipaddress.IPv4Address(text or "").is_private
    except ValueError:
        return False

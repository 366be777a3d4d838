"""What the retained topics of device/mqtt_switch.py say about each board.

Whoever may write to the broker can write these topics: a value of the wrong type or size counts as
missing, and texts lose whatever is not printable ASCII.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

TOPICS = ("wifi-switch/+/info", "wifi-switch/+/status")

_LONGEST = 100  # characters of a text; the board sends 80 of its last error at most
_LARGEST = 1 << 31
_ONLINE = {b"online": True, b"offline": False}


class Board(NamedTuple):
    """A board. A value is None if its topics do not say it."""

    id: str
    name: str | None
    version: str | None
    ip: str | None
    rssi: int | None
    uptime_s: int | None
    last_error: str | None
    online: bool | None


def boards(messages: Mapping[str, bytes]) -> list[Board]:
    """Read the boards from these messages (topic -> payload), sorted by name and id."""
    found: dict[str, dict[str, bytes]] = {}
    for topic, payload in messages.items():
        _, id, what = topic.split("/")
        if payload:  # an empty one has removed the topic
            found.setdefault(id, {})[what] = payload
    listed = [_board(id, topics) for id, topics in found.items()]
    return sorted(listed, key=lambda board: (board.name or "", board.id))


def _board(id: str, topics: dict[str, bytes]) -> Board:
    info = _object(topics.get("info", b""))
    return Board(
        id=_printable(id),
        name=_text(info.get("name")),
        version=_text(info.get("version")),
        ip=_text(info.get("ip")),
        rssi=_number(info.get("rssi")),
        uptime_s=_number(info.get("uptime_s")),
        last_error=_text(info.get("last_error")),
        online=_ONLINE.get(topics.get("status", b"")),
    )


def _object(payload: bytes) -> dict:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return _printable(value) if isinstance(value, str) else None


def _printable(text: str) -> str:
    return "".join(c if " " <= c <= "~" else "?" for c in text[:_LONGEST])


def _number(value: object) -> int | None:
    return value if type(value) is int and abs(value) < _LARGEST else None

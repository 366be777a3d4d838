"""The virtual board's WebREPL answers as a real one did: conversations recorded from the firmware.

Each line of webrepl.jsonl is one conversation: who said which bytes, "eof" where the board closed.
Left out of the comparison, as they must be: how output is cut into frames, but for CR LF, which
has one of its own (our server's line, other than the stock one's, is a single frame); addresses;
the banner.
"""

import json
import re
from pathlib import Path

import client
import pytest

from tools.virtual_board.board import VirtualBoard

TRANSCRIPTS = [
    json.loads(line) for line in (Path(__file__).parent / "webrepl.jsonl").read_text().splitlines()
]
LOGS = {t["name"]: t["log"] for t in TRANSCRIPTS}
ALONE = [name for name in LOGS if name not in ("first-client", "second-client")]
TEXT = 0x81
_VARIES = [
    (rb"MicroPython v[^\r]*", b"MicroPython"),
    (rb"\('[\d.]+', \d+\)", b"(address)"),
]


def parts(data: bytes, lines: bool = True) -> list[tuple[str, bytes]]:
    """The plain HTTP head, then the payloads of frames: neighbours of text are joined, but for
    the ends of `lines`.
    """
    found: list[tuple[str, bytes]] = []
    if data.startswith(b"HTTP/1.0"):
        return [("plain", data)]
    if data.startswith(b"HTTP/"):
        head, _, data = data.partition(b"\r\n\r\n")
        found.append(("head", head))
    while data:
        opcode, length, start = data[0], data[1], 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        payload, data = data[start : start + length], data[start + length :]
        kind = hex(opcode)
        if opcode == TEXT:
            kind = "end of line" if lines and payload == b"\r\n" else "text"
        if kind == "text" and found and found[-1][0] == kind:
            payload = found.pop()[1] + payload
        found.append((kind, payload))
    for pattern, replacement in _VARIES:
        found = [(kind, re.sub(pattern, replacement, payload)) for kind, payload in found]
    return found


def complete(data: bytes, expected: list[tuple[str, bytes]]) -> bool:
    """True once as much has come as the recorded board said."""
    try:
        return sum(len(p) for _, p in parts(data)) >= sum(len(p) for _, p in expected)
    except IndexError:
        return False  # in the middle of a frame


class Conversation:
    """One recorded client, replayed step by step."""

    def __init__(self, board: VirtualBoard, log: list[list[str]], lines: bool = True) -> None:
        self._lines = lines
        self._sock = client.connect(board.webrepl)
        self._turns = self._group(log)

    @staticmethod
    def _group(log: list[list[str]]) -> list[tuple[bytes, bytes, bool]]:
        """(what the client sends, what the board then answers, whether it closes)."""
        turns: list[tuple[bytes, bytes, bool]] = []
        for who, what in log:
            if who == "client":
                turns.append((bytes.fromhex(what), b"", False))
            elif what == "eof":
                turns[-1] = (*turns[-1][:2], True)
            else:
                said, answer, closed = turns[-1]
                turns[-1] = (said, answer + bytes.fromhex(what), closed)
        return turns

    def step(self) -> bool:
        """Say the next thing and check the answer; False when the conversation is over."""
        if not self._turns:
            self._sock.close()
            return False
        said, recorded, closes = self._turns.pop(0)
        self._sock.sendall(said)
        expected, got = parts(recorded, self._lines), b""
        while closes or not complete(got, expected):
            try:
                chunk = self._sock.recv(4096)
            except TimeoutError:
                break
            if not chunk:
                break
            got += chunk
        assert parts(got, self._lines) == expected
        return True


@pytest.mark.parametrize("name", ALONE)
def test_a_stock_client_gets_what_the_real_webrepl_says(board: VirtualBoard, name: str) -> None:
    conversation = Conversation(board, LOGS[name])
    while conversation.step():
        pass


def test_a_second_client_is_turned_away_and_the_first_told(board: VirtualBoard) -> None:
    first = Conversation(board, LOGS["first-client"], lines=False)
    second = Conversation(board, LOGS["second-client"])
    for _ in range(2):  # handshake and login
        first.step()
    while second.step():
        pass
    while first.step():
        pass

"""Measure the largest allocation in one piece: of the tools' programs on the board, of a request.

Measured on the WebAssembly build: its heap is cut into pieces of one size. The result is the
smallest size at which the program, or the request, still succeeds.

It is harsher than the chip: to compile anything, this build takes 512 bytes at once, the chip 384
(MICROPY_ALLOC_PARSE_RULE_INIT).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tools.errors import UserError
from tools.size import wasm

_MOST = 2048  # sizes in bytes that are tried
# A string is built in a buffer that is larger by this (py/vstr.c), and blocks are 16 bytes.
_SLACK = 32

_HOST = "Host: 192.168.4.1\r\n"
_CURL = f" HTTP/1.1\r\n{_HOST}User-Agent: curl/8.5.0\r\nAccept: */*\r\n"
_BROWSER = f" HTTP/1.1\r\n{_HOST}User-Agent: Mozilla/5.0\r\nAccept-Encoding: gzip, deflate\r\n"
_JSON = 'Content-Length: 11\r\nContent-Type: application/json\r\n\r\n{"on":true}'
_LONG = f"GET /led{_BROWSER}Cookie: {'c' * 1400}\r\n\r\n"
# As text, so that the board's own prompt has the names that a program leaves behind.
_RUN = """
program = {program!r}
def check():
    try:
        exec(program)
    except Exception:
        return False
    return True
"""
_ASK = """
import act
pieces = {pieces!r}
def check():
    global got
    try:
        got = act.ask(pieces)
    except Exception:
        return False
    return got[9:12] == b"{status}"
"""


class Piece(NamedTuple):
    """Bytes in one piece, and how many are allowed."""

    what: str
    bytes: int
    allowed: int


def of_programs(tree: Path, programs: list[str], allowed: int) -> list[Piece]:
    """Measure what the tools ran, in this order, on a serving board: the longest of each kind."""
    longest: dict[str, int] = {}
    for number, program in enumerate(programs):
        # "survey" for the source of a function, "put" for a call.
        what = re.findall(r"(?:def )?(\w+)", program)[0]
        if len(program) > len(programs[longest.get(what, number)]) or what not in longest:
            longest[what] = number
    start = wasm.boot(tree)
    # The program's text is not on the board's heap, because it comes by raw paste.
    tries = {
        what: [*start, *programs[:n], _RUN.format(program=programs[n])]
        for what, n in longest.items()
    }
    _look(tree, tries)
    return [Piece(what, size, allowed) for what, size in _smallest(tree, tries).items()]


def of_requests(tree: Path, style: str) -> list[Piece]:
    """Measure each kind of request; `style` is the path of the page's style sheet."""
    kinds = {
        "GET /led": (200, [f"GET /led{_CURL}\r\n"]),
        "GET /led, all of 1,500 bytes at once": (200, [_LONG]),
        "GET /led, the same in three parts": (200, [_LONG[:500], _LONG[500:1000], _LONG[1000:]]),
        "PUT /led": (200, [f"PUT /led{_CURL}{_JSON}"]),
        "POST /toggle": (303, [f"POST /toggle{_BROWSER}\r\n"]),
        "GET /": (200, [f"GET /{_BROWSER}\r\n"]),
        "GET style": (200, [f"GET {style}{_BROWSER}\r\n"]),
        "GET /status": (200, [f"GET /status{_CURL}\r\n"]),
        "404": (404, [f"GET /none{_CURL}\r\n"]),
        "400": (400, ["GET\r\n\r\n"]),
    }
    start = wasm.boot(tree)
    tries, lengths = {}, {}
    for what, (status, texts) in kinds.items():
        pieces = [text.encode() for text in texts]
        # The network has allocated the request, so it is there beforehand.
        tries[what] = [*start, _ASK.format(pieces=pieces, status=status)]
        lengths[what] = sum(map(len, pieces))
    for what, printed in _look(tree, tries, "print(len(got))").items():
        lengths[what] = max(lengths[what], int(printed.split()[-1]))
    found = _smallest(tree, tries)
    return [Piece(what, found[what], lengths[what] + _SLACK) for what in kinds]


def _look(tree: Path, tries: dict[str, list[wasm.Step]], then: str = "") -> dict[str, str]:
    # What is printed if there is enough memory, followed by `then`.
    jobs = [[*steps, f"assert check()\n{then}"] for steps in tries.values()]
    printed = dict(zip(tries, wasm.run(tree, jobs)))
    if failed := [what for what, text in printed.items() if text is None]:
        raise UserError(f"{failed[0]} fails even with enough memory", "correct what it calls")
    return printed


def _smallest(tree: Path, tries: dict[str, list[wasm.Step]]) -> dict[str, int]:
    # For each, the smallest size of pieces of heap with which check() succeeds.
    low = dict.fromkeys(tries, 0)  # blocks: too small
    high = dict.fromkeys(tries, _MOST // wasm.BLOCK)
    while asked := {w: (low[w] + high[w]) // 2 for w in tries if high[w] - low[w] > 1}:
        jobs = [
            [*tries[what], {"pieces": blocks * wasm.BLOCK, "call": "check"}]
            for what, blocks in asked.items()
        ]
        for (what, blocks), printed in zip(asked.items(), wasm.run(tree, jobs)):
            (low if printed is None else high)[what] = blocks
    return {what: blocks * wasm.BLOCK for what, blocks in high.items()}

"""The messages between the chip and its VM: operation numbers and layout.

Over a stream. Request: sequence u8, operation u8 (| 0x80 from a callback), length of data u16,
two i32, data. Reply: the same sequence u8, number of interrupts u8, flags u8, a spare byte, four
interrupt numbers u8, result i32 (negative: an errno), length of data u32, data. Little-endian.
The VM's side is firmware/link.py; the numbers come from there, so that they stand in one place.
"""

import re
import struct
from pathlib import Path
from typing import NamedTuple

FIRMWARE = Path(__file__).parents[1] / "firmware"
_CONSTANT = re.compile(r"^([A-Z][A-Z_]*) = const\((\d+)\)", re.M)
OPERATIONS = {
    name: int(value) for name, value in _CONSTANT.findall((FIRMWARE / "link.py").read_text())
}
IRQ, EXECUTE, END = (OPERATIONS.pop(name) for name in ("IRQ", "EXECUTE", "END"))  # WAIT's answers
SINGLE, PASTE = OPERATIONS.pop("SINGLE"), OPERATIONS.pop("PASTE")  # kinds of source
_FILE = 2
SCHEDULED = OPERATIONS.pop("SCHEDULED")  # the first number of micropython.schedule's interrupts
NAMES = {value: name.lower() for name, value in OPERATIONS.items()}

CTRL_C = 1  # flag: raise KeyboardInterrupt
FAULTY = 2  # flag: the flash cannot be read
AGAIN = 4  # flag: nothing was done, the call is to be made again behind the callbacks
_NESTED = 0x80
MAX_INTERRUPTS = 4  # in one reply; the scheduler's queue holds no more
MAX_MESSAGE = 12 + 4096

_REQUEST = struct.Struct("<BBHii")
_REPLY = struct.Struct("<BBBB4BiI")


class Call(NamedTuple):
    """What the VM asks for: an operation, two numbers, data; and whether a callback asks."""

    name: str
    a: int
    b: int
    data: bytes
    nested: bool


def parse_request(packet: bytes) -> tuple[int, Call] | None:
    """(sequence, call) of a request; None while it is not complete."""
    if len(packet) < _REQUEST.size:
        return None
    sequence, operation, length, a, b = _REQUEST.unpack_from(packet)
    if len(packet) < _REQUEST.size + length:
        return None
    name, nested = NAMES[operation & ~_NESTED], bool(operation & _NESTED)
    return sequence, Call(name, a, b, packet[_REQUEST.size :], nested)


def format_reply(
    sequence: int, interrupts: list[int], flags: int, result: int, data: bytes
) -> bytes:
    """A reply; `interrupts` has at most four numbers."""
    four = (*interrupts, 0, 0, 0, 0)[:4]
    head = _REPLY.pack(sequence, len(interrupts), flags, 0, *four, result, len(data))
    return head + data


def execute(single: bool, pasted: bool, length: int) -> int:
    """WAIT's answer for a source of `length` bytes."""
    return EXECUTE | (SINGLE if single else PASTE if pasted else _FILE) << 2 | length << 4

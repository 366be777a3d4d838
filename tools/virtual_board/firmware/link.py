"""The wire to the chip: one message a call, one message back.

The chip (tools/virtual_board/chip.py) holds what is hardware on a board: flash, pins, TCP, WiFi.
Each reply also carries the interrupts that came since the last one. They go to the real
`micropython.schedule`, whose queue of four drops what does not fit, as on the chip. So callbacks
run in the middle of any foreground code that touches the chip, and at the idle prompt.

Harsher than the chip: code that computes without touching it is not interrupted by callbacks.
"""

import struct

from micropython import const, schedule
from uos import getenv

# Operations: the numbers are shared with tools/virtual_board/vm/protocol.py.
HELLO = const(1)
WAIT = const(2)
CALLBACK_END = const(3)
CALLBACK_DROPPED = const(4)
RAISED = const(5)
FINISHED = const(6)
SOURCE = const(7)
RESET = const(8)
PIN_INIT = const(10)
PIN_GET = const(11)
PIN_SET = const(12)
PIN_IRQ = const(13)
RTC_GET = const(14)
RTC_SET = const(15)
RESET_CAUSE = const(16)
TICKS_MS = const(17)
CHECK_FW = const(19)
PIN_TOGGLE = const(18)
TIMER_ARM = const(28)
TIMER_DISARM = const(29)
DATE_GET = const(24)
DATE_SET = const(25)
STDIN = const(26)
KBD_INTR = const(27)
SCHEDULE = const(9)
FLASH_READ = const(20)
FLASH_PROG = const(21)
FLASH_ERASE = const(22)
FLASH_MAPPED = const(23)
SOCK_OPEN = const(30)
SOCK_BIND = const(31)
SOCK_LISTEN = const(32)
SOCK_ACCEPT = const(33)
SOCK_RECV = const(34)
SOCK_SEND = const(35)
SOCK_CLOSE = const(36)
SOCK_POLL = const(37)
SOCK_EVENT = const(38)
SOCK_OPTION = const(39)
SOCK_BLOCKING = const(40)
SOCK_CONNECT = const(41)
SOCK_CONNECTED = const(42)
RESOLVE = const(43)
WLAN = const(50)
UDP_OPEN = const(80)
UDP_BIND = const(81)
UDP_CONNECT = const(82)
UDP_SEND = const(83)
UDP_RECV = const(84)
UDP_POLL = const(85)
UDP_EVENT = const(86)
UDP_OPTION = const(87)
UDP_CLOSE = const(88)
WEBREPL_PASSWORD = const(60)
WEBREPL_SESSION = const(61)
DUPTERM = const(62)
DUPTERM_NOTIFY = const(63)
SWEPT = const(70)
CRASHED = const(71)
CRASH = const(72)

# What WAIT answers.
IRQ = const(1)
EXECUTE = const(2)
END = const(3)

_HEAD = const(12)  # request: sequence, operation, length of data, two signed words
_REPLY = const(16)  # reply: sequence, interrupts, flags, spare, four interrupts, result, length
_MAX = const(4096)
_CTRL_C = const(1)
_FAULTY = const(2)
_AGAIN = const(4)
_NESTED = const(0x80)  # added to the operation: a callback calls

_wire = open(int(getenv("WIRE")), "r+b")  # the descriptor that vm.py left us
del getenv  # programs can reach this module
_out = bytearray(_HEAD + _MAX)
_out_view = memoryview(_out)
_head = bytearray(_REPLY)
_in = memoryview(bytearray(_MAX))
_sequence = 0
_nested = 0

SCHEDULED = const(160)  # interrupt numbers from here on: scheduler.py

handlers = {}  # interrupt number -> function of no arguments
faulty = 0  # not, while the flash can be read


def _transfer(op, a, b, data):
    # A scheduled callback may run at any jump, and may call again: there is none in here.
    global _sequence
    _sequence = number = (_sequence + 1) & 0xFF
    n = len(data)
    struct.pack_into("<BBHii", _out, 0, number, op | _nested, n, a, b)
    _out_view[_HEAD : _HEAD + n] = data
    _wire.write(_out_view[: _HEAD + n])
    _wire.readinto(_head)
    reply = struct.unpack("<BBBBBBBBiI", _head)
    body = bytes(_in[: _wire.readinto(_in[: reply[9]])])
    return number, reply, body


def _stale():
    # Ctrl-C cut an earlier call short and its reply was still to come: read on.
    if not _wire.readinto(_head):
        raise SystemExit  # the chip is gone
    reply = struct.unpack("<BBBBBBBBiI", _head)
    body = bytes(_in[: _wire.readinto(_in[: reply[9]])])
    return reply, body


def _run(handler):
    global _nested
    _nested = _NESTED
    try:
        if handler:
            handler()
    finally:
        call(CALLBACK_END)
        _nested = 0


def _deliver(numbers, interrupts, flags):
    global faulty
    faulty = flags & _FAULTY
    for i in range(interrupts):
        try:
            schedule(_run, handlers.get(numbers[i]))
        except RuntimeError:  # schedule queue full: the event is lost, as on the chip
            call(CALLBACK_DROPPED)
            if numbers[i] >= SCHEDULED:  # but not what micropython.schedule has accepted
                call(SCHEDULE, numbers[i])
    if flags & _CTRL_C:
        raise KeyboardInterrupt


def call(op, a=0, b=0, data=b""):
    """Ask the chip; (result, reply bytes). A negative result becomes OSError(-result)."""
    while True:
        number, reply, body = _transfer(op, a, b, data)
        while reply[0] != number:  # not _sequence, which a callback may have moved on by now
            reply, body = _stale()
        _deliver(reply[4:8], reply[1], reply[2])
        if not reply[2] & _AGAIN:  # else callbacks run first, at the jump
            break
    if reply[8] < 0:
        raise OSError(-reply[8])
    return reply[8], body


def flash(op, address, length, data, into):
    """Flash read (data empty) or write (into empty), `length` bytes back, 0 or a negative errno.

    Allocates nothing: LittleFS also comes here from finalisers, while the heap is locked.
    """
    global _sequence, faulty
    _sequence = (_sequence + 1) & 0xFF
    struct.pack_into("<BBHii", _out, 0, _sequence, op | _nested, len(data), address, length)
    _wire.write(_out, _HEAD)
    _wire.write(data)
    _wire.readinto(_head)
    _wire.readinto(into)  # the chip sends as many bytes as were asked for, whatever happened
    # All of it before the first jump, where a callback may run and use the same buffer.
    status = _head[8]
    interrupts = _head[1]
    flags = _head[2]
    a = _head[4]
    b = _head[5]
    c = _head[6]
    d = _head[7]
    faulty = flags & _FAULTY
    if interrupts or flags & _CTRL_C:
        _deliver((a, b, c, d), interrupts, flags)
    return -status

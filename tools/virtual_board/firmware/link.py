"""The wire to the chip: one message a call, one message back.

The chip (tools/virtual_board/chip.py) holds what is hardware on a board: flash, pins, TCP, WiFi.
Each reply also carries the interrupts that came since the last one. They go to the real
`micropython.schedule`, whose queue of four drops what does not fit, as on the chip. So callbacks
run in the middle of any foreground code that touches the chip, and at the idle prompt.

Harsher than the chip: code that computes without touching it is not interrupted by callbacks.
"""

import struct
from array import array

import uctypes
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

# What WAIT answers; with EXECUTE also the kind of source (at bit 2) and its length (at bit 4).
IRQ = const(1)
EXECUTE = const(2)
END = const(3)
SINGLE = const(0)
PASTE = const(1)

_HEAD = const(12)  # request: sequence, operation, length of data, two signed words
_CTRL_C = const(1)
_FAULTY = const(2)
_AGAIN = const(4)
_NESTED = const(0x80)  # added to the operation: a callback calls

_wire = open(int(getenv("WIRE")), "r+b")  # the descriptor that vm.py left us
_out = bytearray(_HEAD + 4096)
_out_view = memoryview(_out)
_words = array("i", [0] * 4)  # reply: the four bytes of _head, four interrupts, result, length
_head = uctypes.bytearray_at(uctypes.addressof(_words), 4)  # sequence, interrupts, flags, spare
_body = bytearray(4096)
_in = memoryview(_body)
_sequence = _nested = 0
del getenv, uctypes  # programs can reach this module
SCHEDULED = const(160)  # interrupt numbers from here on: scheduler.py
handlers = {}  # interrupt number -> function of no arguments
faulty = 0  # not, while the flash can be read


def _run(handler):
    global _nested
    _nested = _NESTED
    try:
        if handler:
            handler()
    finally:
        ask(CALLBACK_END)
        _nested = 0


def _deliver(numbers, interrupts, flags):
    # `numbers` holds four, a byte each.
    global faulty
    faulty = flags & _FAULTY
    for _ in range(interrupts):
        number = numbers & 0xFF
        numbers >>= 8
        try:
            schedule(_run, handlers.get(number))
        except RuntimeError:  # schedule queue full: the event is lost, as on the chip
            ask(CALLBACK_DROPPED)
            if number >= SCHEDULED:  # but not what micropython.schedule has accepted
                ask(SCHEDULE, number)
    if flags & _CTRL_C:
        raise KeyboardInterrupt


def call(op, a=0, b=0, data=b""):
    """Ask the chip; (result, reply bytes). A negative result becomes OSError(-result)."""
    global _sequence
    while True:
        n = len(data)
        _out_view[_HEAD : _HEAD + n] = data
        out = _out_view[: _HEAD + n]
        # A callback may run at any jump, a finaliser at any allocation; both may call again.
        _sequence = number = (_sequence + 1) & 0xFF
        struct.pack_into("<BBHii", _out, 0, number, op | _nested, n, a, b)
        _wire.write(out)
        while True:
            there = _wire.readinto(_words)
            n = _wire.readinto(_body, _words[3])
            got, interrupts, flags = _head[0], _head[1], _head[2]
            numbers, result = _words[1], _words[2]
            body = bytes(_in[:n])
            if got == number:
                break
            if not there:  # else Ctrl-C cut an earlier call short, whose reply was still to come
                raise SystemExit  # the chip is gone
        _deliver(numbers, interrupts, flags)
        if not flags & _AGAIN:  # else callbacks run first
            break
    if result < 0:
        raise OSError(-result)
    return result, body


def ask(op, a=0, b=0):
    """The result of a call without data. It allocates nothing: the heap may be locked."""
    global _sequence
    while True:
        _sequence = number = (_sequence + 1) & 0xFF
        struct.pack_into("<BBHii", _out, 0, number, op | _nested, 0, a, b)
        _wire.write(_out, _HEAD)
        while True:
            there = _wire.readinto(_words)
            _wire.readinto(_body, _words[3])
            got, interrupts, flags = _head[0], _head[1], _head[2]
            numbers, result = _words[1], _words[2]
            if got == number:
                break
            if not there:
                raise SystemExit
        _deliver(numbers, interrupts, flags)
        if not flags & _AGAIN:
            break
    if result < 0:
        raise OSError(-result)
    return result


def flash(op, address, length, data, into):
    """Flash read (data empty) or write (into empty): 0 or a negative errno. Allocates nothing."""
    global _sequence
    _sequence = (_sequence + 1) & 0xFF
    struct.pack_into("<BBHii", _out, 0, _sequence, op | _nested, len(data), address, length)
    _wire.write(_out, _HEAD)
    _wire.write(data)
    _wire.readinto(_words)
    _wire.readinto(into)  # the chip sends as many bytes as were asked for, whatever happened
    interrupts, flags = _head[1], _head[2]
    numbers, status = _words[1], _words[2]
    _deliver(numbers, interrupts, flags)
    return -status

"""What each call of the VM does, by its name in firmware/link.py: ints and bytes come back."""

import errno
import hashlib
import json
from pathlib import Path

from ..hardware.flash import SECTOR
from ..hardware.parts import Hardware
from ..hardware.wlan import Refused
from ..prompt.terminal import Terminal
from ..tcp.lwip import Stack
from ..udp.sockets import Sockets
from .process import interpreter
from .time_calls import TimeCalls
from .udp_calls import UdpCalls

# Bytes of heap for Python. With 64-bit words, the 32-bit build's failures show at 46 to 48 KB.
HEAP = 46000
_HTTP, _WEBREPL = 80, 8266
_PULL_UP, _SO_REUSEADDR, _TCP_NODELAY = 16, 4, 0x40
_PEEK, _WAITS = 1, 2  # firmware/socket.py: recv()
_WLAN = (
    "active config_get config_set connect country disconnect dns_server hostname ifconfig "
    "ipconfig isconnected scan scan_result status"
).split()
Result = tuple[int, bytes]


class Calls(TimeCalls, UdpCalls):
    """answer(name, a, b, data) for every call that is answered at once. OSError is the VM's."""

    def __init__(self, hardware: Hardware, stack: Stack, udp: Sockets, terminal: Terminal) -> None:
        self._hardware, self._stack, self._udp = hardware, stack, udp
        self._terminal = terminal

    def answer(self, name: str, a: int, b: int, data: bytes) -> Result:
        """Carry out one call: (result, data)."""
        outcome = getattr(self, name)(a, b, data)
        if outcome is None:
            return 0, b""
        if isinstance(outcome, bytes):
            return 0, outcome
        return outcome if isinstance(outcome, tuple) else (int(outcome), b"")

    # The beginning of a run

    def hello(self, _a: int, _b: int, _data: bytes) -> Result:
        kind = "r" if self._terminal.repl.raw else "f"
        http, webrepl = map(self._stack.loopback_port, (_HTTP, _WEBREPL))
        here = self._stack.hosts.here
        urls = f"http://{here}:{http}/ ws://{here}:{webrepl}/"
        numbers = " ".join(map(str, (*self._hardware.flash.layout, self._hardware.id)))
        return HEAP, f"{kind}{numbers} {urls}".encode()

    # Pins, RTC memory

    def pin_init(self, pin: int, mode: int, data: bytes) -> None:
        self._hardware.gpio.setup(pin, mode & ~_PULL_UP, None if data[0] > 1 else data[0])

    def pin_get(self, pin: int, _b: int, _data: bytes) -> int:
        return self._hardware.gpio.level(pin)

    def pin_set(self, pin: int, level: int, _data: bytes) -> None:
        self._hardware.gpio.write(pin, level)

    def pin_toggle(self, pin: int, _b: int, _data: bytes) -> None:
        self._hardware.gpio.toggle(pin)

    def pin_irq(self, pin: int, trigger: int, _data: bytes) -> None:
        self._hardware.gpio.irq(pin, trigger)

    def rtc_get(self, _a: int, _b: int, _data: bytes) -> bytes:
        return self._hardware.rtc_memory

    def rtc_set(self, _a: int, _b: int, data: bytes) -> None:
        self._hardware.rtc_memory = data

    def reset_cause(self, _a: int, _b: int, _data: bytes) -> int:
        return self._hardware.cause

    def check_fw(self, _a: int, _b: int, _data: bytes) -> Result:
        image = Path(interpreter()).read_bytes()
        return len(image), hashlib.md5(image).hexdigest().encode()

    # Flash

    # An errno comes back positive: the block device gives it to LittleFS, negated.

    def flash_read(self, address: int, length: int, _data: bytes) -> Result:
        length = max(0, min(length, SECTOR))
        try:
            return 0, self._hardware.flash.read(address, length)
        except OSError as e:
            return e.errno or errno.EIO, bytes(length)

    def flash_mapped(self, address: int, length: int, _data: bytes) -> bytes:
        length = max(0, min(length, SECTOR))
        return self._hardware.flash.mapped(address, length).ljust(length, b"\xff")

    def flash_prog(self, address: int, _b: int, data: bytes) -> int:
        try:
            self._hardware.flash.program(address, data)
        except OSError as e:
            return e.errno or errno.EIO
        return 0

    def flash_erase(self, address: int, _b: int, _data: bytes) -> int:
        try:
            self._hardware.flash.erase(address)
        except OSError as e:
            return e.errno or errno.EIO
        return 0

    # The terminal

    def stdin(self, length: int, _b: int, _data: bytes) -> Result:
        ring = self._terminal.ring
        waiting = ring.waiting
        return waiting, bytes(ring.get() or 0 for _ in range(min(length, len(ring))))

    def kbd_intr(self, character: int, _b: int, _data: bytes) -> None:
        self._terminal.ring.interrupt_char = character

    # Sockets

    def sock_open(self, _a: int, _b: int, _data: bytes) -> int:
        return self._stack.socket()

    def sock_bind(self, sock: int, port: int, _data: bytes) -> None:
        self._stack.bind(sock, port)

    def sock_listen(self, sock: int, backlog: int, _data: bytes) -> None:
        self._stack.listen(sock, backlog)

    def sock_accept(self, sock: int, _b: int, _data: bytes) -> Result:
        accepted, (host, port) = self._stack.accept(sock)
        return accepted, f"{host}:{port}".encode()

    def sock_connect(self, sock: int, port: int, data: bytes) -> None:
        self._stack.connect(sock, (data.decode(), port))

    def sock_connected(self, sock: int, _b: int, _data: bytes) -> int:
        return self._stack.connected(sock)

    def resolve(self, _a: int, _b: int, data: bytes) -> Result:
        seconds, address = self._stack.hosts.lookup(data.decode(), self._stack.station_up)
        return int(seconds * 1000), address.encode()

    def sock_recv(self, sock: int, length: int, data: bytes) -> bytes:
        how = int.from_bytes(data, "little")
        return self._stack.recv(sock, length, bool(how & _PEEK), bool(how & _WAITS))

    def sock_send(self, sock: int, _b: int, data: bytes) -> int:
        return self._stack.send(sock, data)

    def sock_close(self, sock: int, _b: int, _data: bytes) -> None:
        self._stack.close(sock)

    def sock_poll(self, sock: int, _b: int, _data: bytes) -> int:
        return self._stack.poll(sock)

    def sock_event(self, sock: int, on: int, _data: bytes) -> None:
        self._stack.set_event(sock, bool(on))

    def sock_option(self, sock: int, option: int, data: bytes) -> None:
        if option == _SO_REUSEADDR:
            self._stack.reuse(sock, bool(data))
        elif option == _TCP_NODELAY:
            self._stack.nodelay(sock)
        else:
            self._terminal.print(b"Warning: lwip.setsockopt() option not implemented\n")

    def sock_blocking(self, sock: int, flag: int, _data: bytes) -> None:
        self._terminal.set_blocking(sock, bool(flag))

    # WiFi, WebREPL

    def wlan(self, _a: int, _b: int, data: bytes) -> bytes:
        name, *arguments = json.loads(data)
        if name not in _WLAN:  # a program on the board may have made this up
            raise OSError(errno.EINVAL, "no such call")
        try:
            return json.dumps(["", getattr(self._hardware.wlan, name)(*arguments)]).encode()
        except Refused as e:
            return json.dumps(e.args).encode()

    def webrepl_password(self, _a: int, _b: int, data: bytes) -> None:
        self._terminal.password = data

    def webrepl_session(self, sock: int, _b: int, _data: bytes) -> None:
        self._terminal.open_session(sock)

    def dupterm(self, sock: int, _b: int, _data: bytes) -> None:
        self._terminal.attach(sock)

    def dupterm_notify(self, tag: int, _b: int, data: bytes) -> Result:
        return self._terminal.notify(tag, data)

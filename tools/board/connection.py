"""Open a board for PORT or HOST, with one line if something goes wrong."""

from __future__ import annotations

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from tools import ports
from tools.board import passwords, session
from tools.board.transport import Transport
from tools.board.webrepl import WebreplTransport, WrongPassword, split


def open_board(host: str | None, port: str | None = None) -> SerialTransport:
    """Open a transport to HOST over WiFi, or else to the serial PORT; UserError if that fails."""
    if host:
        return _over_wifi(host)
    name = ports.find(port)
    try:
        return Transport(name, timeout=session.ANSWER)
    except (TransportError, OSError, ValueError) as e:
        raise ports.diagnose(name) from e


def _over_wifi(host: str) -> SerialTransport:
    split(host)
    *others, last = passwords.candidates(host)
    for password in [*others, last]:
        try:
            board = WebreplTransport(host, password)
        except WrongPassword:
            if password == last:
                raise
        else:
            passwords.keep(host, password)
            return board
    raise AssertionError("there is a last one")

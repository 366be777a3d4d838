"""How WebREPL checks a password: the state PASSWD in extmod/modwebrepl.c.

A password of up to 9 bytes, compared with strcmp. Whatever comes before "\\r" or "\\n" counts,
text or binary. A wrong one ends the session.
"""

from collections.abc import Callable, Generator

from .websocket import TEXT, Decoder, encode

PROMPT = encode(TEXT, b"Password: ")
_DENIED = encode(TEXT, b"\r\nAccess denied\r\n")
CONNECTED = encode(TEXT, b"\r\nWebREPL connected\r\n>>> ")
_MAX = 10  # bytes kept of what a client types, one more than a password can have
IDLE = ("idle",)  # to the VM: nothing to do until the next event


def login(
    socket: Decoder, password: bytes, answer: Callable[[bytes], None]
) -> Generator[tuple, object, bool]:
    """Read a line and compare it; True where it is the password. It stops while nothing comes."""
    typed = bytearray()
    while True:
        byte = socket.read(1)
        if byte is None:
            yield IDLE
        elif not byte:
            return False
        elif byte not in b"\r\n":
            typed += byte[: _MAX - len(typed)]
        elif typed.split(b"\0")[0] != password.split(b"\0")[0]:
            answer(_DENIED)
            return False
        else:
            return True

"""The framing of the firmware's C module `websocket`: extmod/modwebsocket.c, read for read.

Nothing here is decoded: a text frame may hold any bytes, as on the chip. What a client finds out
the hard way on the chip is kept:

* Payload is handed on as it comes; one read gives at most what is left of one received segment.
* A header that two segments share gives "nothing yet" even if both have arrived.
* ping and pong are not answered. Worse, only the last piece of a control frame's payload is
  swallowed: read byte by byte, a ping of n bytes leaves n - 1 of them in the stream, as data of
  opcode 9, and so does the status code of a close frame.
* A close frame is answered with an empty one and then counts as the end of the stream.
* A length of 64 bits ends the session (EIO).

Harsher than the chip: reading on after that EIO raises it again.
"""

import errno
from collections import deque
from collections.abc import Callable

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

_HEADER, _LENGTH_AND_MASK, _PAYLOAD = range(3)


def encode(opcode: int, payload: bytes) -> bytes:
    """Return one whole unmasked frame (websocket_write); OSError(ENOBUFS) from 64 KiB on."""
    size = len(payload)
    if size >= 0x10000:
        raise OSError(errno.ENOBUFS, "frame too long")
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + payload


class Decoder:
    """The receiving side of a websocket object (mp_obj_websocket_t, websocket_read)."""

    def __init__(self, send: Callable[[bytes], None]):
        self.opcode = CONTINUATION  # MP_STREAM_GET_DATA_OPTS: kind of what read() gave last
        self._send = send
        self._segments: deque[bytes] = deque()
        self._end: bytes | OSError | None = None  # what reading gives behind the last segment
        self._broken = False
        self._last = CONTINUATION
        self._next_frame()

    def feed(self, data: bytes | OSError) -> None:
        """Take one segment as TCP delivered it; b"" stands for the peer's FIN, an error for its
        RST.
        """
        if isinstance(data, OSError) or not data:
            self._end = data
        else:
            self._segments.append(data)

    def read(self, size: int) -> bytes | None:
        """Return 1 to `size` bytes of payload, None for "nothing yet", b"" for the end.

        `opcode` says afterwards what kind of frame they are from. OSError where the peer has reset
        the connection, and EIO: see above.
        """
        while True:
            if self._wanted:
                data = self._next_bytes(self._wanted)
                if not data:
                    return data
                self._header += data
                self._wanted -= len(data)
                if self._wanted:
                    return None
            if self._state == _HEADER:
                self._read_header()
                continue
            if self._state == _LENGTH_AND_MASK:
                self._read_length_and_mask()
                continue
            payload = b""
            if self._left:
                data = self._next_bytes(min(size, self._left))
                if not data:
                    return data
                payload = self._unmask(data)
                self._left -= len(payload)
            if not self._left:
                self._next_frame()
                if self._last == CLOSE:
                    self._send(encode(CLOSE, b""))
                    return b""
                if self._last > CLOSE:
                    continue
            if payload:
                return payload

    def _next_bytes(self, size: int) -> bytes | None:
        # lwip_tcp_receive: never more than the rest of the first pbuf
        if self._broken:
            raise OSError(errno.EIO, "64-bit websocket length")
        if not self._segments:
            if isinstance(self._end, OSError):
                raise self._end
            return self._end
        segment = self._segments.popleft()
        if len(segment) > size:
            self._segments.appendleft(segment[size:])
        return segment[:size]

    def _next_frame(self) -> None:
        self._state, self._wanted, self._left = _HEADER, 2, 0
        self._header = bytearray()
        self._mask, self._mask_at = bytes(4), 0

    def _read_header(self) -> None:
        flags, length = self._header
        self._header.clear()
        self._last = flags & 0x0F
        if self._last != CONTINUATION:
            # Control frames set it too, so a ping inside a fragmented text changes its rest.
            self.opcode = self._last
        self._left = length & 0x7F
        if self._left == 127:
            self._broken = True
            self._segments.clear()
        self._wanted = 2 * (self._left >= 126) + 4 * (length >> 7)
        self._state = _LENGTH_AND_MASK if self._wanted else _PAYLOAD

    def _read_length_and_mask(self) -> None:
        if len(self._header) & 2:
            self._left = int.from_bytes(self._header[:2], "big")
        if len(self._header) & 4:
            self._mask = bytes(self._header[-4:])
        self._header.clear()
        self._state = _PAYLOAD

    def _unmask(self, data: bytes) -> bytes:
        at = self._mask_at
        self._mask_at += len(data)
        return bytes(byte ^ self._mask[at + i & 3] for i, byte in enumerate(data))

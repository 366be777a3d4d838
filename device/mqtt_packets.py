"""MQTT 3.1.1 at QoS 0: packets for the broker, and packets out of what the broker sends.

Knows no socket. Each packet that is sent after CONNECT ends with a PINGREQ: its answer says that
the broker has the packet, and that the send buffer is empty.
"""

from micropython import const

_LONGEST = const(63)  # bytes of a packet from the broker, without its head
_READS = const(40)  # more than the 2144 bytes of lwIP's window take
_HEAD = const(5)  # bytes at most: the kind, and four of a length

PING = b"\xc0\0"


def connect(client, will, user, password):
    """CONNECT, for a clean session with 45 s of keepalive; `will` (a topic) gets "offline"."""
    flags = 0x2E  # clean session; the will is retained, at QoS 1
    texts = [client, will, "offline"]
    if user:
        flags |= 0x80
        texts.append(user)
        if password:
            flags |= 0x40
            texts.append(password)
    head = b"\0\4MQTT\4" + bytes((flags, 0, 45))
    return _packet(0x10, head + b"".join([_sized(text.encode()) for text in texts]))


def subscribe(topics):
    """SUBSCRIBE to each of `topics` (bytes), and PINGREQ."""
    return _packet(0x82, b"\0\1" + b"".join([_sized(topic) + b"\0" for topic in topics])) + PING


def publish(topic, payload):
    """PUBLISH `payload` (str), retained, and PINGREQ."""
    return _packet(0x31, _sized(topic.encode()) + payload.encode()) + PING


def message(packet):
    """(topic, payload) of a PUBLISH that Reader.read() has returned: bytes, both empty where
    it was too long or is malformed.
    """
    end = 3 + (packet[1] << 8 | packet[2]) if len(packet) > 2 else 0
    if not end or end > len(packet):
        return b"", b""
    return packet[3:end], packet[end:]


def _sized(text):
    return bytes((len(text) >> 8, len(text) & 0xFF)) + text


def _packet(kind, body):
    size = len(body)
    if size < 128:
        return bytes((kind, size)) + body
    return bytes((kind, size & 0x7F | 0x80, size >> 7)) + body


class Reader:
    """Takes one packet after the other out of a stream, and keeps nothing but the present one."""

    def __init__(self):
        self._view = memoryview(bytearray(1 + _LONGEST))
        self.begin()

    def begin(self):
        """Expect a new packet, as on a new connection."""
        self._have = 0  # bytes in the buffer
        self._want = 2  # bytes that it has to have for the next step
        self._size = self._left = -1  # bytes of the body, and how many are missing, once known

    def read(self, stream):
        """The next packet (bytes): its kind, and its body unless that is too long to be kept.

        None where no more has come, or where enough has been read for one time. OSError where the
        stream has ended or is no MQTT.
        """
        view = self._view
        for _ in range(_READS):
            n = stream.readinto(view[self._have : self._want])
            if n is None:
                return None
            if not n:
                raise OSError
            self._have += n
            if self._have < self._want:
                continue
            if self._size >= 0:
                self._left -= self._have - 1
            elif view[self._have - 1] < 0x80:
                size = 0
                for i in range(self._have - 1, 0, -1):
                    size = size << 7 | view[i] & 0x7F
                self._size = self._left = size
            elif self._have == _HEAD:
                raise OSError
            else:
                self._want += 1
                continue
            if not self._left:
                size = self._size
                self.begin()
                return bytes(view[: 1 + size if size <= _LONGEST else 1])
            self._have = 1
            self._want = 1 + min(self._left, _LONGEST)
        return None

"""A minimal MQTT 3.1.1 client at QoS 0, for programs on the board and for the tests beside it."""


def text(data):
    return len(data).to_bytes(2, "big") + data


class Talk:
    """A client on a connected, blocking socket."""

    def __init__(self, sock):
        self.sock = sock

    def send(self, kind, body=b""):
        packet = bytes([kind, len(body)]) + body  # below 128 bytes
        while packet:
            packet = packet[self.sock.send(packet) :]

    def take(self, size):
        data = b""
        while len(data) < size:
            part = self.sock.recv(size - len(data))
            if not part:
                raise OSError(0, "the broker has gone")
            data += part
        return data

    def packet(self):
        """(kind, body) of the next one."""
        kind, size = self.take(2)
        return kind, self.take(size)

    def connect(self, name, will=None, keepalive=60):
        """`will` is (topic, message); what the broker says."""
        body = text(b"MQTT") + bytes([4, 0x26 if will else 2]) + keepalive.to_bytes(2, "big")
        body += text(name)
        if will:
            body += text(will[0]) + text(will[1])
        self.send(0x10, body)
        return self.packet()

    def subscribe(self, topic):
        self.send(0x82, b"\0\1" + text(topic) + b"\0")
        return self.packet()

    def publish(self, topic, message, retain=0):
        self.send(0x30 | retain, text(topic) + message)

    def ping(self):
        self.send(0xC0)
        return self.packet()

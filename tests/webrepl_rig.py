"""WebREPL's server on fake sockets, with stand-ins of the firmware's part, and clients of it."""

import types

from fake_socket import Net, plug_in

from device import access

KEY = b"MDEyMzQ1Njc4OWFiY2RlZg=="  # this and what follows: recorded from the real one
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: 10.66.0.2:8266\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + b"\r\n\r\n"
)
SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: BACScCJPNqyz+UBoqMH89VmURoA=\r\n\r\n"
)
PROMPT = b"\x81\x0aPassword: "
PAGE = (
    b'HTTP/1.0 200 OK\r\n\r\n<base href="https://micropython.org/webrepl/"></base>\r\n'
    b'<script src="webrepl_content.js"></script>\r\n'
)


class Repl:
    """What the firmware has of WebREPL in C: dupterm's slot 0, `_webrepl` and `websocket`."""

    def __init__(self):
        self.slot = self.secret = None
        self.typed = b""
        self.os = types.SimpleNamespace(dupterm=self.dupterm, dupterm_notify=self.notify)
        self.websocket = types.SimpleNamespace(websocket=self.open_websocket)
        self._webrepl = types.SimpleNamespace(_webrepl=self.open_webrepl, password=self.password)

    def password(self, secret):
        if len(secret) > 9:
            raise ValueError
        self.secret = secret

    def open_websocket(self, sock, blocking_write):
        assert blocking_write is True  # else output is lost
        return sock

    def open_webrepl(self, sock):
        sock.send(PROMPT)
        return types.SimpleNamespace(sock=sock)

    def dupterm(self, terminal):
        before, self.slot = self.slot, terminal
        return before

    def notify(self, _):
        """mp_os_dupterm_notify and mp_os_deactivate: read all there is; an end frees the slot."""
        if not self.slot:
            return
        sock = self.slot.sock
        buffer = bytearray(64)
        try:
            while n := sock.readinto(buffer):
                self.typed += buffer[:n]
            if n is None:
                return
        except OSError:
            pass
        self.slot = None
        sock.close()


class Board:
    def __init__(self, monkeypatch):
        self.net, self.repl = Net(), Repl()
        firmware = {"os": self.repl.os, "websocket": self.repl.websocket}
        self.modules = plug_in(monkeypatch, self.net, _webrepl=self.repl._webrepl, **firmware)
        self.webrepl_server = self.modules["webrepl_server"]
        access.start("switch", "")
        self.webrepl_server.start("letmein")
        self.net.idle()

    def client(self, data=b""):
        client = self.net.connect(8266)
        self.net.idle()
        client.send(data)
        self.net.idle()
        return client

    def session(self):
        client = self.client(UPGRADE)
        assert client.received == SWITCHED + PROMPT
        client.received = b""
        return client


def field(name, value):
    """The handshake with another value of a field, or, for None, without it."""
    lines = [x for x in UPGRADE.split(b"\r\n") if not x.startswith(name + b":")]
    if value is not None:
        lines.insert(1, name + b": " + value)
    return b"\r\n".join(lines)

"""WebREPL's door: the stock webrepl module's, but one that never waits for a client.

That one reads the handshake in a callback: a client that says nothing stops the whole board. And a
session whose client has vanished keeps everybody out.
"""

import os
import select
import socket
import time
from binascii import b2a_base64
from hashlib import sha1

import _webrepl
import websocket
from micropython import const

from device import connection, pool

_PORT = const(8266)
_REQUEST = const(1024)  # bytes
_SILENCE_MS = const(60000)
_CALLBACK = const(20)  # socket option, see pool.py
_CLIENT = "https://micropython.org/webrepl/"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SWITCHED = b"HTTP/1.1 101 "
_WELCOME = (b"", b"null", b"file://", b"http://micropython.org")
# Of sites that a name server in the Internet cannot lead here: the same as in api.py.
_LOCAL = (b".local", b".lan", b".home.arpa", b".home", b".internal")

_door = None


def start(password, client=_CLIENT):
    """Let those in who know `password` (str of up to 9 characters, or ValueError).

    `client`: where the page that browsers get finds the rest of itself. Raises OSError where the
    port is taken. Called again, it changes both.
    """
    global _door
    _webrepl.password(password)
    if not _door:
        door = Door()
        pool.listen(door)
        _door = door
    _door.client = client.encode()


class Door:
    """The service of port 8266, which connection.py describes, and its one session."""

    port = _PORT
    patience_ms = 3000

    def __init__(self):
        self.client = b""
        self.rejected = 0
        self._sock = self._terminal = None  # of the session
        self._heard = 0  # ticks: when its client last sent something

    def error(self, number):
        """Return a refusal."""
        return b"HTTP/1.0 %d \r\n\r\n" % number

    def answer(self, data):
        """Answer a WebSocket's handshake; whatever else comes gets the client's page."""
        data = bytes(data)
        if not data.endswith(b"\r\n\r\n"):  # a client may not send more before the answer
            return self.error(431) if len(data) > _REQUEST else None
        key = _field(data, b"sec-websocket-key")
        upgrade = _field(data, b"upgrade").lower() == b"websocket"
        if not (key and upgrade and b"upgrade" in _field(data, b"connection").lower()):
            return (
                b'HTTP/1.0 200 OK\r\n\r\n<base href="%s"></base>\r\n'
                b'<script src="webrepl_content.js"></script>\r\n' % self.client
            )
        if not self._may_ask(_field(data, b"origin"), _field(data, b"host")):
            return self.error(403)
        accept = b2a_base64(sha1(key + _GUID).digest())[:-1]
        return (
            _SWITCHED + b"Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept
        )

    def _may_ask(self, origin, host):
        """Whether a page of `origin` may open a session; `host` is how it calls this board.

        The stock client may, from micropython.org, from this board or from a file, and so may
        whatever is no browser. A page in a sandbox passes for a file: that leaves the password.
        """
        if origin in _WELCOME or self.client.startswith(origin + b"/"):
            return True
        name = host.lower().split(b":")[0]
        is_local = b"." not in name or name.endswith(_LOCAL) or name.replace(b".", b"").isdigit()
        return is_local and origin.split(b"://")[1:] == [host]

    def sent(self, place, response):
        """Open a session behind a 101; whatever else was sent is the end."""
        if not response.startswith(_SWITCHED):
            place.close()
        elif self._is_free():
            self._open(place)
        else:
            self._tell(b"\nConcurrent WebREPL connection from %r rejected\n" % (place.peer,))
            place.close()

    def _is_free(self):
        """Whether a session can begin, if need be instead of one that has been silent for long."""
        os.dupterm_notify(None)  # ends a session whose client is gone: an RST gives no event
        terminal = os.dupterm(None)
        if terminal is None:
            return True
        silence = time.ticks_diff(time.ticks_ms(), self._heard)
        if terminal is self._terminal and not 0 <= silence < _SILENCE_MS:
            connection.choke(self._sock, self)
            self._sock.close()
            return True
        os.dupterm(terminal)
        return False

    def _open(self, place):
        sock = place.sock
        terminal = _webrepl._webrepl(websocket.websocket(sock, True))  # True: its output may wait
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, _CALLBACK, self._hear)
        self._sock = place.release()
        self._terminal = terminal
        self._heard = time.ticks_ms()
        pool.after_sweep = os.dupterm_notify
        os.dupterm(terminal)

    def _hear(self, _):
        self._heard = time.ticks_ms()
        pool.sweep()

    def _tell(self, line):
        """Show the session's client a line, where that takes no waiting.

        A print() could wait for minutes where that client has vanished, and it would disturb who
        uses the serial line.
        """
        poll = select.poll()
        poll.register(self._sock, select.POLLOUT)
        for _ in poll.ipoll(0):
            self._sock.send(bytes((0x81, len(line))) + line)  # one frame of text


def _field(head, name):
    """Return a header field's value (bytes), b"" where it is missing; `name` is in lower case."""
    at = head.lower().find(b"\r\n%s:" % name)
    if at < 0:
        return b""
    at += len(name) + 3
    return head[at : head.find(b"\r\n", at)].strip()

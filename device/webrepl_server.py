"""WebREPL's server: as the stock webrepl module, but it never waits for a client.

The stock one reads the handshake in a callback: a client that says nothing stops the whole board.
And a session whose client has vanished keeps everybody out. This module itself is the service that
connection.py describes.
"""

import os
import select
import socket
import sys
import time
from binascii import b2a_base64
from hashlib import sha1

import _webrepl
import websocket
from micropython import const

from device import access, connection, http, server

# Lines of http's list of fields.
_HOST = const(0)
_ORIGIN = const(5)
_SEC_WEBSOCKET_KEY = const(7)
_CONNECTION = const(10)
_UPGRADE = const(11)

_SILENCE_MS = const(60000)
_CALLBACK = const(20)  # socket option, see server.py
_GUID = const(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
_PAGE = const("""\
HTTP/1.0 200 OK\r
\r
<base href="%s"></base>\r
<script src="webrepl_content.js"></script>\r
""")
_SWITCHED = const(b"""\
HTTP/1.1 101 Switching Protocols\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Accept: %s\r
\r
""")

port = 8266
count = bool  # called with a digit; nobody asks how many came here

_client = ""
_sock = _terminal = None  # of the session
_heard = 0  # ticks: when its client last sent something


def start(password, client="https://micropython.org/webrepl/"):
    """Let those in who know `password` (str of up to 9 characters, or ValueError).

    `client` (str): where the page that browsers get finds the rest of itself. Raises OSError where
    the port is taken. Called again, it changes both.
    """
    global _client
    _webrepl.password(password)
    if not _client:
        server.listen(sys.modules[__name__])
        server.sources.append(_notify)
    _client = client


def handle(data):
    """Answer a WebSocket's handshake; other requests get the client's page."""
    request = http.parse(bytes(data))
    if not request:
        return request
    if isinstance(request, int):
        return http.error(request)
    fields = request[3]
    host, origin, key = fields[_HOST], fields[_ORIGIN], fields[_SEC_WEBSOCKET_KEY]
    upgrades = "upgrade" in (fields[_CONNECTION] or "").lower()
    if not (key and upgrades and (fields[_UPGRADE] or "").lower() == "websocket"):
        return (_PAGE % _client).encode()
    # Pages of other sites may not ask. One that hides in a sandbox passes for the stock client
    # opened from a file, whose origin is "null": that leaves the password.
    friends = ["micropython.org"] + _client.split("/")[2:3]
    if host and access.is_local(host.lower()):  # else by DNS rebinding: nobody's
        friends.append(host)
    if origin and origin.startswith("http") and origin.split("://", 1)[-1] not in friends:
        return http.error(403)
    return _SWITCHED % b2a_base64(sha1(key.encode() + _GUID).digest())[:-1]


def upgraded(sock, peer):
    """Open a session behind a 101 -> whether it could begin."""
    global _sock, _terminal, _heard
    if not _is_free():
        # As the stock one does, but not by print(): that could wait for minutes where the
        # client of the session has vanished, and it would disturb who uses the serial line.
        line = b"\r\nConcurrent WebREPL connection from %r rejected\r\n" % (peer,)
        poll = select.poll()
        poll.register(_sock, select.POLLOUT)
        for item in poll.ipoll(0):
            item[0].send(bytes((0x81, len(line))) + line)  # one frame of text
        return False
    _terminal = _webrepl._webrepl(websocket.websocket(sock, True))  # True: its output may wait
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, _CALLBACK, _hear)
    _sock = sock
    _heard = time.ticks_ms()
    os.dupterm(_terminal)
    return True


def _is_free():
    # Whether a session can begin, if need be instead of one that has been silent for long.
    _notify(None)  # ends a session whose client is gone: an RST gives no event
    terminal = os.dupterm(None)
    if terminal is None:
        return True
    silence = time.ticks_diff(time.ticks_ms(), _heard)
    if terminal is _terminal and not 0 <= silence < _SILENCE_MS:
        connection.abort(_sock, 0)
        _sock.close()
        return True
    os.dupterm(terminal)
    return False


def _notify(_):
    # Hand on what the client sent. In the middle of a print() that waits for it to take more, the
    # socket is a blocking one (modwebsocket.c): reading would wait as well, and nobody else run.
    if _sock:
        _sock.setblocking(False)
    os.dupterm_notify(None)
    if _sock:
        # Or a print() that waits would fail (ETIMEDOUT). Nobody else reads from it.
        _sock.setblocking(True)  # allowed: waits for nothing itself


def _hear(_):
    global _heard
    if not server.sweep():
        _heard = time.ticks_ms()

"""The stock `webrepl` module's calls, for users who start it; the bundle has a server of its own.

Its accept blocks for ever on a silent client, as the real one's does: that is the point of ours.
"""

import binascii
import hashlib
import os
import socket

import _webrepl
import network
import websocket

listen_s = None
client_s = None
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def server_handshake(cl):
    """Read the client's request; True where it was an upgrade, answered with 101."""
    key, upgrade = b"", False
    cl.readline()
    while True:
        line = cl.readline()
        if not line:
            return False
        if line == b"\r\n":
            break
        name, value = [x.strip() for x in line.split(b":", 1)]
        if name == b"Sec-WebSocket-Key":
            key = value
        elif name == b"Upgrade":
            upgrade = value == b"websocket"
    if not (key and upgrade):
        return False
    accept = binascii.b2a_base64(hashlib.sha1(key + _GUID).digest())[:-1]
    cl.send(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    return True


def send_html(cl):
    cl.send(
        b'HTTP/1.0 200 OK\r\n\r\n<base href="https://micropython.org/webrepl/"></base>\r\n'
        b'<script src="webrepl_content.js"></script>\r\n'
    )
    cl.close()


def accept_conn(listener):
    global client_s
    cl, remote = listener.accept()
    if not server_handshake(cl):
        send_html(cl)
        return False
    before = os.dupterm(None)
    os.dupterm(before)
    if before:
        print("\nConcurrent WebREPL connection from", remote, "rejected")
        cl.close()
        return False
    print("\nWebREPL connection from:", remote)
    client_s = cl
    ws = _webrepl._webrepl(websocket.websocket(cl, True))
    cl.setblocking(False)
    cl.setsockopt(socket.SOL_SOCKET, 20, os.dupterm_notify)
    os.dupterm(ws)
    return True


def stop():
    global listen_s, client_s
    os.dupterm(None)
    if client_s:
        client_s.close()
    if listen_s:
        listen_s.close()
    listen_s = client_s = None


def start(port=8266, password=None, accept_handler=accept_conn):
    global listen_s
    stop()
    if password is None:
        import webrepl_cfg

        password = webrepl_cfg.PASS
    _webrepl.password(password)
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    s.listen(1)
    if accept_handler:
        s.setsockopt(socket.SOL_SOCKET, 20, accept_handler)
    listen_s = s
    for number in (network.WLAN.IF_AP, network.WLAN.IF_STA):
        interface = network.WLAN(number)
        if interface.active():
            print("WebREPL server started on http://%s:%d/" % (interface.ifconfig()[0], port))

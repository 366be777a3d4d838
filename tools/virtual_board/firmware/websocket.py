"""`websocket`: holds the socket; the chip does the framing (tools/virtual_board/websocket.py)."""


class websocket:
    def __init__(self, sock, blocking_write=False):
        self.sock = sock

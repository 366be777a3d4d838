"""`websocket`: framing is done in the chip (tools/virtual_board/websocket.py); this holds the socket."""


class websocket:
    def __init__(self, sock, blocking_write=False):
        self.sock = sock

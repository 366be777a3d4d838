"""`websocket`: holds the socket; tools/virtual_board/webrepl/websocket.py does the framing."""


class websocket:
    def __init__(self, sock, blocking_write=False):
        self.sock = sock

"""A service on fake sockets, and clients of it."""

from fake_socket import Net, plug_in

GET = b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n"
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"on": true}'
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\n\r\n"
LIMIT = 1536
SOCK, DATA = 0, 4  # of a slot, as in device/connection.py
UNDISTURBED = 225  # ms: until a client can be evicted, and a job has seen that


def handle(data):
    """Stands in for api.handle."""
    data = bytes(data)
    if b"\r\n\r\n" in data[:LIMIT]:
        return OK
    return TOO_LARGE if len(data) > LIMIT else None


class Service:
    """Stands in for device/api.py; `answers` has the first digit of each status that has left."""

    port = 80

    def __init__(self):
        self.handle = handle
        self.rejected = 0
        self.answers = ""

    def count(self, digit):
        if digit:
            self.answers += chr(digit)
        self.rejected += not 0 < digit < ord("4")


class Board:
    """A server that has started, and the net that it is on."""

    def __init__(self, monkeypatch, **net):
        self.net = Net(**net)
        self.modules = plug_in(monkeypatch, self.net)
        self.connection, self.driver = self.modules["connection"], self.modules["server"]
        self.service = Service()
        self.driver.listen(self.service)
        self.net.idle()

    def connect(self, data=b"", fin=False):
        return self.net.connect(80, data, fin)

    def client(self, data=b""):
        """A client that has been accepted, with what it has sent since then."""
        client = self.connect()
        self.net.idle()
        assert client.sock
        if data:
            client.send(data)
            self.net.idle()
        return client

    def get(self):
        """A client that is served and goes."""
        client = self.client(GET)
        assert client.received == OK
        client.fin()
        self.net.idle()

    def nobody(self):
        """True if nothing is left of any client."""
        slots = [slot for slot in self.connection.slots if slot[SOCK] or slot[DATA]]
        return not slots and not self.net.pcbs


def crowd(board, *said):
    """Clients with what they say, who have been there for long enough to be evicted."""
    clients = [board.client(words) for words in said]
    board.net.idle(UNDISTURBED)
    return clients

"""The server on the real interpreter, with real sockets and the chip's heap, in a loop."""

import contextlib
import shutil
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BESIDE = Path(sys.executable).with_name("micropython")
MICROPYTHON = str(BESIDE) if BESIDE.exists() else shutil.which("micropython")
HEAP = "76k"  # 64-bit words: stands for the chip's 38 KiB
TIMES = 100
SOON_S = 3  # less than the 4 s that a request has; the PC sends a lost SYN again after 1 s
LOOP = ROOT / "tools" / "bench" / "baselines"

pytestmark = [
    pytest.mark.skipif(not MICROPYTHON, reason="no MicroPython for Unix here"),
    pytest.mark.slow,
]


class Server:
    """tests/serve_unix.py, running."""

    patience = 10

    def __init__(self, *arguments):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        script = str(ROOT / "tests" / "serve_unix.py")
        self.process = subprocess.Popen(
            [MICROPYTHON, "-X", "heapsize=" + HEAP, script, str(self.port), *arguments],
            env={"MICROPYPATH": f"{ROOT}:{LOOP}:.frozen"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), self.patience)

    def get(self, path="/"):
        """The body of one response, by a client that closes first."""
        with self.connect() as client:
            client.sendall(b"GET %s HTTP/1.1\r\n\r\n" % path.encode())
            head, _, body = client.recv(1024).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK"), head
            return body

    def stop(self):
        """What it printed meanwhile."""
        self.process.kill()
        return self.process.communicate()[0]


@pytest.fixture
def server():
    server = Server()
    yield server
    assert not server.stop()


def read_all(client):
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := client.recv(4096):
            data += chunk
    return data


def silent(server):
    with server.connect():
        server.get()


def half(server):
    with server.connect() as client:
        client.sendall(b"GET / HT")
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b""


def reset(server):
    with server.connect() as client:
        client.sendall(b"GET / HT")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def impatient(server):
    with server.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless_line(server):
    with server.connect() as client:
        with contextlib.suppress(OSError):
            client.sendall(b"GET /" + b"a" * 300_000)
        assert read_all(client)[:12] in (b"HTTP/1.1 431", b"")


def pieces(server):
    with server.connect() as client:
        for i in range(0, 600, 100):
            client.sendall(b"x" * 100 if i < 500 else b"\r\n\r\n")
            time.sleep(0)
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")


def heap_at_rest(server):
    """Bytes in use once all are gone: who waits to be sent away is the last to go.

    The least of several readings, since the client that asks may have been accepted already.
    """
    readings = []
    for _ in range(5):
        with server.connect() as last:
            last.sendall(b"GET / HTTP/1.1\r\n\r\n")
            read_all(last)
        server.get("/heap")
        while not (reading := int(server.get("/heap"))):
            pass
        readings.append(reading)
    return min(readings)


def crowd(server):
    """Seconds that a client waits beside six silent ones."""
    with contextlib.ExitStack() as stack:
        for _ in range(6):
            stack.enter_context(server.connect())
        start = time.monotonic()
        server.get()
        return time.monotonic() - start


CLIENTS = [silent, half, reset, impatient, endless_line, pieces]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_broken_client_leaks_nothing(server, client):
    crowd(server)  # first, what is allocated once
    for _ in range(10):
        client(server)
    before = heap_at_rest(server)
    for _ in range(TIMES):
        client(server)
        server.get()
    assert heap_at_rest(server) <= before + 256


def test_six_silent_clients_hold_nobody_up(server):
    assert crowd(server) < SOON_S


def test_who_waits_for_the_server_to_close_waits_a_moment_only(server):
    with server.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        start = time.monotonic()
        assert read_all(client).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - start < SOON_S


def test_a_silent_client_is_told_that_it_is_late(server):
    with server.connect() as client:
        assert read_all(client).startswith(b"HTTP/1.1 408 ")


def test_turns_with_nothing_to_do_take_no_memory(server):
    with server.connect(), server.connect():
        assert server.get("/turns") == b"0"


def test_no_memory_at_any_point_stops_nobody_else():
    server = Server("40")
    server.patience = (
        0.5  # a client for whom accept() has no memory is lost: modlwip.c, modsocket.c
    )
    served = 0
    for _ in range(TIMES):
        with contextlib.suppress(AssertionError, OSError):
            server.get()
            served += 1
    assert 0 < served < TIMES
    assert not server.stop()

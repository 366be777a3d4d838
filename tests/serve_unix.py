"""For MicroPython on a PC: serve on real sockets, by tools/bench/baselines/loop.py.

Arguments: the port, and, to starve it, a number n: before each turn the heap is then filled up but
for 0, 1, 2, ... n blocks. Prints "ready". GET /turns is answered with the bytes that a thousand
turns take, GET /heap with the bytes in use some time after the last such request, or 0: unknown.

They are counted outside of requests: a collection within one would also keep what old words on the
C stack point at, up to the whole of an earlier request.
"""

import gc
import sys
import time

import loop

server = loop.load()

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
_TOO_LARGE = b"HTTP/1.1 431 Too Large\r\nContent-Length: 0\r\n\r\n"

hungry = int(sys.argv[2]) if len(sys.argv) > 2 else 0
turn = 0
in_use = 1  # bytes, or 0: they are to be counted
chain = None  # of tuples, a block each


def starve():
    """Leave the heap with a few free blocks of 32 bytes."""
    global chain, turn
    chain = None
    gc.collect()
    try:
        while True:
            chain = (chain, 0)
    except MemoryError:
        pass
    turn += 1
    for _ in range(turn % hungry):
        chain = chain[0]
    gc.collect()


def measure(now):
    global in_use
    if not in_use:
        gc.collect()
        in_use = gc.mem_alloc()


def handle(data):
    global in_use
    data = bytes(data)
    if b"\r\n\r\n" not in data:
        return _TOO_LARGE if len(data) > 1536 else None
    body = b""
    if data.startswith(b"GET /heap "):
        body = b"%d" % in_use
        in_use = 0
    elif data.startswith(b"GET /turns "):
        server.sweep()
        before = gc.mem_alloc()
        for _ in range(1000):
            server.sweep()
        body = b"%d" % (gc.mem_alloc() - before)
    return _OK % (len(body), body)


class Service:
    def __init__(self, port):
        self.port = port
        self.handle = handle

    def count(self, digit):
        pass


server.listen(Service(int(sys.argv[1])))
print("ready")
if hungry:
    while True:
        starve()
        server.sweep()
        time.sleep_ms(1)
server.jobs.append(measure)
loop.run(server)

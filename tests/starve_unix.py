"""For MicroPython on a PC: the switch's server and its API, with memory for every request to run
out at every point.

    starve_unix.py PORT

For each kind of request, the heap is filled up but for n blocks, n from 0 up to what the request
takes, once with these blocks in one piece and once scattered; and but for n pieces of 1 KiB, which
is what a heap comes to that has been in use for long. Callbacks' sweeps then have to do with them.
Prints a line for each way that it went wrong, and how many requests there were.
"""

import gc
import socket
import sys

import loop
import micropython
from starved_heap import MOST, ONE, PIECE, PIECES, SCATTERED, empty, fill

server = loop.load()
from device import api, rtc_state  # noqa: E402

ENOUGH = 400  # blocks: no request takes as much
HEAD = b" HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n"
KINDS = (
    b"GET /led" + HEAD + b"\r\n",
    b"HEAD /led" + HEAD + b"\r\n",
    b"GET /" + HEAD + b"\r\n",
    b"GET /status" + HEAD + b"\r\n",
    b"GET /nothing" + HEAD + b"Cookie: " + b"c" * 700 + b"\r\n\r\n",
    b"PUT /led" + HEAD + b'Content-Length: 12\r\n\r\n{"on": true}',
    b"PUT /led" + HEAD + b'Content-Length: 13\r\nOrigin: http://localhost\r\n\r\n{"on": false}',
    b"POST /toggle" + HEAD + b"Accept: application/json\r\n\r\n",
    b"POST /toggle" + HEAD + b"\r\n",
    b"GET /led HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
    b"\x00\xff\r\n\r\n",
    b"GET /led" + HEAD + b"Cookie: " + b"c" * 1400 + b"\r\n\r\n",
)


class Led:
    def __init__(self):
        self.on = False
        self.signal = self

    def value(self):
        return self.on

    def set(self, on):
        self.on = on

    def toggle(self):
        self.on = not self.on


class Status:
    def read(self, *_):
        return {"version": "1", "uptime_s": 1, "mem_free": gc.mem_free(), "last_error": "x" * 60}


def sweeps():
    """As the chip calls back: from the scheduler, so that no sweep runs inside another."""
    for _ in range(3):
        try:
            micropython.schedule(server.sweep, None)
        except RuntimeError:
            pass  # as many are waiting already


def connect():
    client = socket.socket()
    client.connect(address)
    client.setblocking(False)
    return client


def read(client):
    """What came; True behind it where the connection has ended."""
    data = b""
    for _ in range(50):
        try:
            more = client.recv(2048)
        except OSError as e:
            if e.errno == 11:
                sweeps()
                continue
            return data
        if not more:
            break
        data += more
        if b"\r\n\r\n" in data:
            break
    return data


def ask(request):
    client = connect()
    client.send(request)
    sweeps()
    answer = read(client)
    client.close()
    sweeps()
    return answer


def starved(request, n, how):
    """What is answered where so much is free."""
    client = connect()
    client.send(request)
    fill(n, how)
    sweeps()
    empty()
    answer = read(client)
    client.close()
    sweeps()
    return answer


def check(request, n, left, usual, turned):
    """Ask once, starved. True where it was answered as usual."""
    led.on = before = not turned
    answer = starved(request, n, left)
    how = (request[:16], n, left)
    if answer[:12] not in (usual[:12], b"HTTP/1.1 503", b""):
        print("answer", how, answer)
    done = answer[:12] == usual[:12]
    if not request.startswith((b"PUT", b"POST")) and led.on != before:
        print("flipped", how)
    if answer[:12] == b"HTTP/1.1 503" and led.on != before:
        print("refused and done", how)
    led.on = before
    if ask(KINDS[0])[:12] != b"HTTP/1.1 200":
        print("deaf after", how)
    return done


def main():
    requests = 0
    for request in KINDS:
        for on in (False, True) if request.startswith(b"PO") else (True,):
            led.on = on
            usual = ask(request)
            gc.collect()
            before = gc.mem_alloc()
            for how in (ONE, SCATTERED, PIECES):
                in_a_row = n = 0
                enough, most = (3, MOST) if how == PIECES else (8, ENOUGH)
                while in_a_row < enough and n < most:
                    done = check(request, n, how, usual, not on)
                    in_a_row = in_a_row + 1 if done else 0
                    # Scattered, no number is enough for a whole response.
                    n += 16 if how == SCATTERED and n >= 48 else 1
                    requests += 1
                # Of what a request takes in one piece, most is its own length or its response's.
                if in_a_row < enough and how != SCATTERED and (how == ONE or len(request) < PIECE):
                    print("never enough for", request[:16], how)
            gc.collect()
            if gc.mem_alloc() > before + 1024:
                print("lost", gc.mem_alloc() - before, "bytes by", request[:16])
    print("requests", requests)


led = Led()
port = int(sys.argv[1])
address = socket.getaddrinfo("127.0.0.1", port)[0][-1]
api.led = led
api.status = Status()
api.port = port
rtc_state.load()
api.start("switch", "")
server.listen(api)
main()

"""Runs on MicroPython's WebAssembly build with the stand-ins: requests, and a heap of holes."""

import gc

import standin_sockets

_BLOCK = 16  # bytes of one on the heap, with 32-bit words (py/gc.h)

_walls = None


def ask(pieces):
    """Have the server answer a request that comes in these pieces -> its response, or b""."""
    from device import server

    caller = standin_sockets.Caller()
    standin_sockets.callers.append(caller)
    for piece in pieces:
        caller.asks = piece
        server.sweep(None)
        server.sweep(None)
    return caller.got or b""


def perforate(largest, size):
    """Leave the heap of `size` bytes free in many pieces, of `largest` bytes at most.

    They are there once this has returned and been collected. A wall of one block stands at every
    so many blocks, so that no two pieces touch.
    """
    global _walls
    _walls = [None] * (size // _BLOCK)
    i = 0
    try:
        while True:
            _walls[i] = (i, i)  # a block
            i += 1
    except MemoryError:
        pass
    while i:
        i -= 1
        if id(_walls[i]) // _BLOCK % (largest // _BLOCK + 1):
            _walls[i] = None
    gc.collect()

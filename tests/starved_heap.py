"""For MicroPython on a PC: fill the heap, except for so many blocks or pieces (starve_unix.py)."""

import gc

BLOCK = 32  # bytes of the heap, in words of 64 bits
PIECE = 1024  # bytes
MOST = 13  # pieces
ONE, SCATTERED, PIECES = range(3)  # how memory is left

odd = even = None
pieces = [None] * MOST


def fill(n, how):
    """Leave so many blocks, or pieces, free until empty()."""
    global odd, even
    gc.collect()
    size = n * (BLOCK if how == ONE else PIECE + BLOCK)  # behind each piece a block stays taken
    room = None if how == SCATTERED else bytearray(size)
    try:
        while True:
            odd = (odd, 0)  # a block
            even = (even, 0)
    except MemoryError:
        pass
    if how == SCATTERED:
        for _ in range(n):
            even = even[0]
    del room
    gc.collect()
    if how == PIECES:
        try:
            for i in range(n):
                pieces[i] = bytearray(PIECE - BLOCK)  # one is for the object
                even = (even, 0)
        except MemoryError:
            pass  # one piece fewer
        for i in range(n):
            pieces[i] = None
        gc.collect()


def empty():
    global odd, even
    odd = even = None
    gc.collect()

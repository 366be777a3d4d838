"""For the board, imported at its prompt: afterwards the free heap is in pieces of 1,248 bytes at
most, a little more than compiling anything takes at once with words of 64 bits (1,024).

That is about what is left where a switch has served for long. Prints "holes " and their number.
"""

import gc

_PIECE, _WALL = 1056, 192  # bytes
_WORD = 8

_pieces = [None] * 32
_walls = [None] * 64
_one = (None,)


def _fill(table, size):
    # A tuple is one piece of heap, with two words of its own.
    try:
        for i in range(len(table)):
            if table[i] is None:
                table[i] = _one * (size // _WORD - 2)
    except MemoryError:
        pass


def _give_back():
    for i in range(len(_pieces)):
        _pieces[i] = None
    gc.collect()


def make():
    """Take all pieces of that size, with a wall behind each, and give them back; their number."""
    gc.collect()
    _fill(_pieces, _PIECE)
    _fill(_walls, _WALL)  # now every gap that could take a wall has one
    _give_back()
    walls = _walls.index(None)
    i = 0
    try:
        while True:
            _pieces[i] = _one * (_PIECE // _WORD - 2)
            _walls[walls + i] = _one * (_WALL // _WORD - 2)
            i += 1
    except MemoryError:
        _give_back()
    return i


print("holes", make())
for name in ("_fill", "_give_back", "_one", "_pieces", "make"):  # only the walls stay
    del globals()[name]
gc.collect()

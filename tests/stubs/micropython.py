"""A stand-in for `micropython` on CPython: what device code asks of it at import."""


def const(value):
    return value

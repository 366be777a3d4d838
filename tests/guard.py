"""What the tables of guards are made of."""

from typing import NamedTuple


class Guard(NamedTuple):
    """`edit` in `file`, (from, to); then `test` (a pytest node, below tests/) must fail."""

    name: str
    file: str
    edit: tuple[str, str]
    test: str

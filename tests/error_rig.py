"""What every error of a tool holds to."""

import contextlib
from collections.abc import Iterator

import client
import pytest

from tools.errors import UserError


@contextlib.contextmanager
def error(what: str, cure: str) -> Iterator[None]:
    """Expect a UserError: one line, "<what>; <cure>", both regular expressions."""
    with pytest.raises(UserError, match=f"{what}.*; .*{cure}") as caught:
        yield
    assert "\n" not in str(caught.value)
    assert client.PASSWORD not in str(caught.value)

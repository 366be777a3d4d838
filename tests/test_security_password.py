"""The time that comparing a password takes tells nothing of it: shown by counting, not a clock."""

import binascii

import pytest
from core_cases import Api, Light

SECRET = "correct horse"


class Watched(bytes):
    """Bytes that count how often one of them is read; to be read in any other way is an error."""

    reads = 0

    def __getitem__(self, at):
        assert isinstance(at, int), "compared in pieces"
        Watched.reads += 1
        return bytes.__getitem__(self, at)

    def _whole(self, *_):
        raise AssertionError("compared by what may stop at the first difference")

    __eq__ = __ne__ = __contains__ = __iter__ = startswith = endswith = find = index = _whole
    __hash__ = None


class Password(str):
    """A password whose bytes are watched."""

    def encode(self, *_):
        return Watched(str.encode(self))


@pytest.fixture
def reads():
    """reads(guess): how often a byte of the password is looked at to refuse or take a guess."""
    switch = Api(Light(), password=Password(SECRET))

    def reads(guess):
        Watched.reads = 0
        credentials = binascii.b2a_base64(b"me:" + guess).strip()
        response = switch.handle(
            b"GET /led HTTP/1.1\r\nHost: switch\r\nAuthorization: Basic %s\r\n\r\n" % credentials
        )
        assert (response[9:12] == b"200") == (guess == SECRET.encode())
        return Watched.reads

    return reads


def test_where_a_guess_is_wrong_cannot_be_told_from_the_work_it_makes(reads):
    right = SECRET.encode()
    guesses = [right]
    guesses += [right[:at] + bytes([right[at] ^ 1]) + right[at + 1 :] for at in range(len(right))]
    guesses += [b"x" * len(right), bytes(len(right)), b"\xff" * len(right)]
    assert {reads(guess) for guess in guesses} == {len(right)}


def test_the_length_of_the_password_cannot_be_told_from_the_work_of_a_guess(reads):
    for length in (0, 1, 5, len(SECRET) - 1, len(SECRET) + 1, 3 * len(SECRET)):
        assert reads(SECRET.encode()[:length].ljust(length, b"x")) == length

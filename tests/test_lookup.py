"""A name is looked up over UDP without waiting, and nobody else's answer counts."""

import errno
import types

import network
import pytest

from device import lookup

HEAD = b"\x81\x80\0\1"
NAME = b"\6broker\3lan\0\0\1\0\1"
FOUND = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\xa8\1\5"
ALIAS = b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\7\4mqtt\xc0\x13"
ALIASED = b"\4mqtt\xc0\x13" + FOUND[2:]


class Socket:
    """The board's UDP socket: what was sent, and what has come."""

    def __init__(self, family, kind):
        assert kind == "UDP"
        self.sent, self.come, self.closed = [], [], False

    def setblocking(self, flag):
        assert not flag

    def connect(self, address):
        assert address == ("192.168.1.1", 53)

    def send(self, data):
        self.sent.append(data)

    def recv(self, size):
        if not self.come:
            raise OSError(errno.EAGAIN, "")
        return self.come.pop(0)[:size]

    def close(self):
        self.closed = True


@pytest.fixture
def asked(monkeypatch):
    """Socket of a question for broker.lan."""
    made = []

    def socket(family, kind):
        made.append(Socket(family, kind))
        return made[-1]

    stand_in = types.SimpleNamespace(AF_INET=2, SOCK_DGRAM="UDP", socket=socket)
    monkeypatch.setattr(lookup, "socket", stand_in)
    monkeypatch.setattr(lookup, "_sock", None)
    monkeypatch.setattr(network, "WLAN", Station)
    lookup.ask("broker.lan")
    return made[-1]


class Station:
    IF_STA = 0

    def __init__(self, kind):
        pass

    def ifconfig(self):
        return "192.168.1.42", "255.255.255.0", "192.168.1.1", "192.168.1.1"


def answer(sock, count, records, question=NAME, head=HEAD):
    number = sock.sent[0][:2]
    sock.come.append(number + head + bytes((0, count, 0, 0, 0, 0)) + question + records)


def test_the_question_is_for_the_address_of_the_name(asked):
    (query,) = asked.sent
    assert query[2:] == b"\1\0\0\1\0\0\0\0\0\0" + NAME


def test_nothing_waits_for_the_answer(asked):
    assert lookup.answer() == "" and lookup.answer() == ""
    answer(asked, 1, FOUND)
    assert lookup.answer() == "192.168.1.5" and asked.closed


def test_an_alias_in_front_of_the_address_is_passed_over(asked):
    answer(asked, 2, ALIAS + ALIASED)
    assert lookup.answer() == "192.168.1.5"


def test_an_answer_to_another_question_is_none(asked):
    asked.come.append(b"")
    asked.come.append(b"\0\0" + asked.sent[0][2:])
    answer(asked, 1, FOUND, NAME.replace(b"broker", b"dealer"))
    for _ in range(3):
        assert lookup.answer() == ""
    assert lookup.answer() == "" and not asked.come


@pytest.mark.parametrize(
    ("count", "records"),
    [(0, b""), (1, ALIAS), (1, FOUND[:-1]), (1, b""), (9, ALIAS), (1, b"\x3f"), (2, b"\xff" * 30)],
)
def test_a_name_without_an_address_is_an_error_at_once(asked, count, records):
    answer(asked, count, records)
    with pytest.raises((OSError, IndexError, TypeError)):
        lookup.answer()


def test_a_new_question_takes_the_place_of_the_old_one(asked):
    lookup.ask("other.lan")
    assert asked.closed


def test_whatever_comes_ends_or_is_passed_over(asked):
    state = 7
    for _ in range(2000):
        data = []
        for _ in range(60):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            data.append(state >> 16 & (0xFF if state >> 8 & 1 else 0x3F))
        answer(asked, data[0], bytes(data))
        try:
            assert lookup.answer().count(".") in (0, 3)
        except (OSError, IndexError, TypeError):
            continue

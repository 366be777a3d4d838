"""Whatever comes as a message of mDNS, the board answers only what was asked for."""

import dns.exception
import dns.message
import dns.name
from hypothesis import given
from hypothesis import strategies as st
from mdns_cases import HOST, HTTP, IP, KINDS, SERVICE, message, question, record

from device import mdns_message
from tests.fuzz.test_requests import few

OURS = {dns.name.from_wire(name, 0)[0] for name in (HOST, HTTP, KINDS, SERVICE)}
POINTERS = [b"\xc0\x0c", b"\xc0\x00", b"\xc0\x1d", b"\xff\xff", b"\x04lamp\xc0\x0c", b"\x04lamp"]
names = st.sampled_from(
    [HOST, HTTP, KINDS, SERVICE, HOST.upper(), b"\x01x" + HOST, b"\0", *POINTERS]
)
numbers = st.one_of(st.sampled_from([1, 12, 16, 28, 33, 47, 255, 0x8001]), st.integers(0, 0xFFFF))
questions = st.builds(question, names, numbers, numbers)
values = st.one_of(st.binary(max_size=20), st.just(SERVICE), st.just(IP), names)
records = st.builds(record, names, numbers, values, st.integers(0, 0xFFFFFFFF), numbers)
some = st.lists(records, max_size=4)
flags = st.sampled_from([0, 0, 0x8400, 0x8400, 0x0200, 0x2800, 0x8403])
messages = st.builds(message, st.lists(questions, max_size=5), some, some, flags, numbers)


def examine(data):
    """AssertionError where the board reads more or else into `data` than is in it."""
    mdns_message.use("lamp", IP)
    parsed = mdns_message.parse(data)
    if parsed is None:
        return
    asked, alone, end, other, is_question = parsed
    assert 0 <= asked <= mdns_message.ALL and 12 <= end <= max(len(data), 12)
    assert other == b"" or len(other) == 4 and other != IP and other in data
    assert is_question is (data[2] < 0x80) and isinstance(alone, bool)
    if asked:
        found = asked_for(data)
        assert found is None or OURS & set(found), "nobody asked for that"
        for answer in (mdns_message.answer(asked), mdns_message.answer(asked, data[:end])):
            assert len(answer) <= len(data) + 512
        dns.message.from_wire(mdns_message.answer(asked))


def asked_for(data):
    """The names in the questions, as dnspython reads them, or None where it cannot."""
    found = []
    p = 12
    for _ in range(int.from_bytes(data[4:6], "big")):
        try:
            name, size = dns.name.from_wire(data, p)
        except dns.exception.DNSException:
            return None
        p += size + 4
        if p > len(data):
            break
        found.append(dns.name.Name([label.lower() for label in name.labels]))
    return found


@few
@given(messages)
def test_no_message_makes_the_board_say_what_nobody_asked_for(data):
    examine(data)
    for cut in range(0, len(data), 7):
        examine(data[:cut])


@few
@given(messages, st.data())
def test_no_damaged_message_does_either(data, more):
    at = more.draw(st.integers(0, len(data)))
    junk = more.draw(st.one_of(st.binary(max_size=4), st.sampled_from(POINTERS)))
    examine(data[:at] + junk + data[at + more.draw(st.integers(0, 4)) :])


@few
@given(st.binary(max_size=512))
def test_no_bytes_do_either(data):
    examine(data)

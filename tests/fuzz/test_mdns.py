"""Whatever comes as a message of mDNS, the board answers only what was asked for."""

from hypothesis import given
from hypothesis import strategies as st
from mdns_cases import HOST, HTTP, IP, KINDS, SERVICE, message, question, record

from tests.fuzz.messages import mdns as examine
from tests.fuzz.test_requests import few

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

"""What the board says in mDNS. Runs on CPython and MicroPython."""

from core_cases import note
from mdns_cases import (
    ANY,
    HOST,
    HTTP,
    IN,
    IP,
    KINDS,
    NSEC,
    OTHER,
    PTR,
    RECORDS,
    SERVICE,
    SRV,
    TXT,
    UNICAST,
    A,
    message,
    question,
    record,
)

from device import mdns_message


def say(*arguments):
    mdns_message.use("Lamp", IP)
    return note(b"", mdns_message.answer(*arguments))


def ours(ttl=120, flag=UNICAST):
    """The records A and NSEC."""
    return record(HOST, A, IP, ttl, flag), record(HOST, NSEC, HOST + b"\0\1\x40", ttl, flag)


def test_an_answer_has_what_was_asked_for_and_what_is_asked_next():
    head = b"\0\0\x84\0\0\0"
    a, nsec = ours()
    assert say(RECORDS["A"]) == head + b"\0\1\0\0\0\1" + a + nsec
    assert say(RECORDS["NSEC"]) == head + b"\0\1\0\0\0\1" + nsec + a
    page = say(RECORDS["PTR"])
    pointer = record(HTTP, PTR, SERVICE, 4500)
    assert page.startswith(head + b"\0\1\0\0\0\4" + pointer + a + nsec)
    assert record(SERVICE, SRV, b"\0\0\0\0\0\x50" + HOST, 120, UNICAST) in page
    assert page.endswith(record(SERVICE, TXT, b"\0", 4500, UNICAST))
    assert say(RECORDS["KIND"]).endswith(record(KINDS, PTR, HTTP, 4500, IN))
    assert say(mdns_message.ALL)[6:12] == b"\0\6\0\0\0\0"


def test_a_plain_dns_client_gets_its_number_and_question_back_and_keeps_nothing_for_long():
    query = message([question()], number=0x1234)
    a, nsec = ours(10, IN)
    expected = b"\x12\x34\x84\0\0\1\0\1\0\0\0\1" + question() + a + nsec
    assert say(RECORDS["A"], query) == expected


def test_a_probe_asks_for_the_name_and_says_what_for():
    mdns_message.use("Lamp", IP)
    probe = message([question(kind=ANY, flag=UNICAST)], authority=[record(value=IP, ttl=10)])
    assert mdns_message.probe() == probe
    parsed = note(probe, mdns_message.parse(probe))
    assert parsed == (RECORDS["A"], True, 12 + len(question()), b"", True)


def test_of_two_that_probe_at_the_same_time_the_greater_address_wins():
    mdns_message.use("lamp", IP)
    assert mdns_message.loses_to(OTHER)
    assert not mdns_message.loses_to(bytes([192, 168, 1, 6]))


def test_the_longest_name_s_messages_fit_into_a_packet():
    mdns_message.use("x" * 35, IP)
    assert len(mdns_message.answer(mdns_message.ALL)) < 512

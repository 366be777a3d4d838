"""What the board understands of mDNS. Runs on CPython and MicroPython."""

from core_cases import note
from mdns_cases import (
    AAAA,
    ANY,
    FIRST,
    HOST,
    HTTP,
    IP,
    KINDS,
    NSEC,
    OTHER,
    PTR,
    RECORDS,
    RESPONSE,
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

IN_ORDER = ("A", "NSEC", "PTR", "SRV", "TXT", "KIND")


def parse(data):
    mdns_message.use("Lamp", IP)
    return note(data, mdns_message.parse(data))


def asked(*questions, answers=()):
    """Names of the records that these questions ask for."""
    parsed = parse(message(questions, answers))
    return " ".join(name for name in IN_ORDER if parsed[0] & RECORDS[name])


def other(data):
    return parse(data)[3]


def test_each_question_about_the_board_gets_the_records_that_it_asks_for():
    rows = (
        (question(), "A"),
        (question(b"\x04LaMp\x05LOCAL\0"), "A"),
        (question(kind=ANY), "A"),
        (question(kind=AAAA), "NSEC"),
        (question(kind=65), "NSEC"),
        (question(flag=255), "A"),
        (question(HTTP, PTR), "PTR"),
        (question(HTTP, ANY), "PTR"),
        (question(SERVICE, SRV), "SRV"),
        (question(SERVICE, TXT), "TXT"),
        (question(SERVICE, ANY), "SRV TXT"),
        (question(KINDS, PTR), "KIND"),
    )
    wrong = [(row, asked(row[0])) for row in rows if asked(row[0]) not in row[1:]]
    assert not wrong, wrong


def test_questions_about_others_get_nothing():
    for name in (b"\x04lamb\x05local\0", b"\x05lamps\x05local\0", b"\x05local\0", b"\0"):
        assert asked(question(name, ANY), question(b"\1x" + HOST, ANY)) == ""
    for name in (HTTP, KINDS, SERVICE):
        assert asked(question(name, A)) == ""


def test_all_questions_of_a_message_are_answered_at_once():
    got = asked(question(), question(FIRST, AAAA), question(HTTP, PTR), question(b"\1x\0", ANY))
    assert got == "A NSEC PTR"
    assert asked(question(b"\1x\0"), question(HOST)) == "A"


def test_who_knows_the_page_already_is_not_told_again():
    short = b"\x04lamp" + FIRST
    far = question(
        b"\x3f"
        + b"x" * 63
        + b"\x3f"
        + b"x" * 63
        + b"\x3f"
        + b"x" * 63
        + b"\x38"
        + b"x" * 56
        + b"\0"
    )
    ask = question(HTTP, PTR)
    assert asked(ask, answers=[record(HTTP, PTR, SERVICE, 2250)]) == ""
    assert asked(ask, answers=[record(FIRST, PTR, b"\4LAMP" + FIRST, 4500)]) == ""
    assert asked(ask, answers=[record(FIRST, PTR, short, 2249)]) == "PTR"
    assert asked(ask, answers=[record(FIRST, PTR, b"\x04lamb" + FIRST, 4500)]) == "PTR"
    assert asked(ask, answers=[record(FIRST, PTR, b"", 4500)]) == "PTR"
    pointer = bytes([0xC0 | (12 + len(far)) >> 8, (12 + len(far)) & 255])
    assert asked(far, ask, answers=[record(pointer, PTR, b"\4lamp" + pointer, 4500)]) == ""
    answers = [record(FIRST, PTR, b"\1a" + FIRST, 4500), record(FIRST, PTR, short, 4500)]
    assert asked(ask, answers=answers) == ""


def test_only_a_question_of_ours_that_wants_it_or_a_probe_is_answered_to_one_alone():
    assert parse(message([question()]))[1] is False
    assert parse(message([question(flag=UNICAST)]))[1] is True
    assert parse(message([question(b"\1x\0", A, UNICAST), question()]))[1] is False
    assert parse(message([question(kind=ANY)], authority=[record()]))[1] is True


def test_another_address_under_our_name_is_seen_and_our_own_is_none():
    for flags in (RESPONSE, 0):
        for place in ("answers", "authority"):
            records = {place: [record(b"\x05other\x05local\0"), record(b"\x04LAMP\x05local\0")]}
            assert other(message(flags=flags, **records)) == OTHER
    assert other(message([question()], [record(FIRST)], flags=RESPONSE)) == OTHER
    assert other(message(answers=[record(value=OTHER), record(FIRST, NSEC, b"x")])) == OTHER
    assert other(message(answers=[record(), record(FIRST, A, IP)])) == OTHER
    assert other(message(answers=[record(value=IP)], flags=RESPONSE)) == b""
    assert other(message(answers=[record(ttl=0)], flags=RESPONSE)) == b""  # it goes
    assert other(message(answers=[record(b"\x04lamb\x05local\0")], flags=RESPONSE)) == b""
    assert other(message(answers=[record(value=b"\1\2\3")], flags=RESPONSE)) == b""


def test_what_is_no_question_or_answer_of_mdns_is_ignored():
    good = message([question()])
    assert parse(good)
    for cut in range(len(good)):
        parsed = parse(good[:cut])
        assert parsed is None if cut < 17 else parsed[0] == 0
    assert parse(b"\0\0\x08" + good[3:]) is None  # another operation
    assert parse(good[:3] + b"\3" + good[4:]) is None  # an error
    assert parse(good[:12] + b"\x3f" + good[13:] + b"\xc0")[0] == 0
    long = b"\x40" + b"x" * 64 + b"\0"
    assert asked(question(long), question()) == ""


def test_a_name_may_end_in_a_pointer_to_the_rest_of_it():
    local = bytes([0xC0, 12 + len(b"\x05_http\x04_tcp")])
    assert asked(question(HTTP, PTR), question(b"\x04lamp" + local)) == "A PTR"
    assert asked(question(HTTP, PTR), question(b"\x04lamp" + FIRST, SRV)) == "PTR SRV"
    assert asked(question(HTTP, PTR), question(b"\x04lamb" + local), question(local)) == "PTR"


def test_a_pointer_to_itself_or_to_another_pointer_leads_nowhere():
    for name in (
        FIRST,
        b"\xc0\x00",
        b"\xff\xff",
        b"\x04lamp\xc0\x0c",
        b"\xc0\x1d",
        b"\x01\xc0\x0d",
    ):
        assert asked(question(name, ANY), question(name, ANY)) == ""
        assert other(message([question(name)], [record(name)], flags=RESPONSE)) == b""
    first = question(HTTP, A)
    twice = bytes([0xC0, 12 + len(first)])
    assert asked(first, question(FIRST, PTR)) == "PTR"
    assert asked(first, question(FIRST, A), question(twice, PTR)) == ""


def test_of_a_message_with_a_thousand_questions_the_first_32_count():
    assert asked(*[question(b"\1x\0")] * 31, question()) == "A"
    assert asked(*[question(b"\1x\0")] * 32, question()) == ""


def test_of_a_message_that_is_cut_short_the_questions_count():
    whole = message([question()], [record(b"\1x\0", TXT, b"y" * 900)] * 2)
    assert parse(whole[:512])[0] == RECORDS["A"]
    assert parse(whole[: 12 + len(question()) + 5])[0] == RECORDS["A"]

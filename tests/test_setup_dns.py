"""DNS for the access point's clients. It runs on MicroPython, too, so no pytest in here."""

from core_cases import mutated, note

from device import setup_dns

BOARD = b"\4\3\2\1"
A, AAAA, HTTPS, ANY = 1, 28, 65, 255


def query(name=b"captive.apple.com", kind=A, flags=b"\1\0", count=1, more=b""):
    labels = b"".join(bytes((len(label),)) + label for label in name.split(b".") if label)
    return (
        b"\x12\x34" + flags + bytes((0, count, 0, 0, 0, 0, 0, 0)) + labels + b"\0"
        + bytes((0, kind, 0, 1)) + more
    )  # fmt: skip


def answer(data):
    return note(data, setup_dns.answer(data, BOARD))


def test_every_name_leads_to_the_board():
    for name in (b"captive.apple.com", b"a", b"", b"x" * 63 + b".example", b"\xff\xfe.com"):
        asked = query(name)
        response = answer(asked)
        # The head: same id, QR AA RD, RA; one question, one answer.
        assert response[:12] == b"\x12\x34\x85\x80\0\1\0\1\0\0\0\0", name
        assert response[12:] == asked[12:] + b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + BOARD, name


def test_other_types_and_classes_get_an_empty_answer_and_nobody_waits():
    for asked in (query(kind=AAAA), query(kind=HTTPS), query(kind=ANY), query()[:-1] + b"\3"):
        response = answer(asked)
        assert response == b"\x12\x34\x85\x80\0\1\0\0\0\0\0\0" + asked[12:], asked


def test_what_follows_the_question_is_left_out():
    edns = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
    asked = query()[:11] + b"\1" + query()[12:] + edns
    assert answer(asked) == answer(query())


def test_a_wish_for_recursion_is_repeated_and_only_that():
    assert answer(query(flags=b"\0\0"))[2:4] == b"\x84\x80"
    assert answer(query(flags=b"\1\x20"))[2:4] == b"\x85\x80"


def test_what_is_no_question_gets_no_answer():
    for data in (
        b"",
        b"\0" * 16,
        query(flags=b"\x81\x80"),  # a response: two boards would answer each other for ever
        query(flags=b"\x28\0"),  # an update
        query(count=0),
        query(count=2),
        query()[:-1],
        query()[:20],
        b"\x12\x34\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1",  # a pointer to itself
        query(b".".join([b"x" * 60] * 5)),  # longer than a name may be
    ):
        assert answer(data) is None, data


def test_whatever_comes_the_answer_is_about_what_was_asked():
    seeds = [query(), query(kind=AAAA), query(b"a.b.c.d"), query(more=b"\0" * 20)]
    for data in mutated(seeds, 3000):
        response = answer(data)
        if response is not None:
            assert response[:2] == data[:2] and response[2] & 0x80
            question = response[12:] if not response[7] else response[12:-16]
            assert data[12 : 12 + len(question)] == question
            assert len(response) <= len(data) + 16

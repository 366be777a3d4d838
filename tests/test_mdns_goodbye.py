"""What the board says by mDNS before it restarts. Runs on CPython and MicroPython."""

from core_cases import note
from mdns_cases import (
    HOST,
    HTTP,
    IP,
    PTR,
    RESPONSE,
    SERVICE,
    SRV,
    TXT,
    UNICAST,
    A,
    message,
    record,
)

from device import mdns_message


def test_others_forget_the_name_and_the_page_but_not_that_there_are_pages():
    mdns_message.use("Lamp", IP)
    expected = message(
        answers=[
            record(HOST, A, IP, 0, UNICAST),
            record(HTTP, PTR, SERVICE, 0),
            record(SERVICE, SRV, b"\0\0\0\0\0\x50" + HOST, 0, UNICAST),
            record(SERVICE, TXT, b"\0", 0, UNICAST),
        ],
        flags=RESPONSE,
    )
    assert note(b"", mdns_message.goodbye()) == expected


def test_another_board_with_our_name_that_leaves_is_no_conflict():
    mdns_message.use("lamp", bytes([192, 168, 1, 9]))
    goodbye = mdns_message.goodbye()
    mdns_message.use("lamp", IP)
    assert note(goodbye, mdns_message.parse(goodbye))[3] == b""


def test_a_goodbye_is_no_question_and_gets_no_answer():
    mdns_message.use("lamp", IP)
    asked, alone, *_, is_question = note(b"", mdns_message.parse(mdns_message.goodbye()))
    assert (asked, alone, is_question) == (0, False, False)


def test_the_goodbye_of_the_longest_name_fits_into_a_packet():
    mdns_message.use("x" * 35, IP)
    assert len(mdns_message.goodbye()) < 512

"""What holds for every message of mDNS, every question of DNS, and every form of the setup page:
each function examines one (bytes), and raises AssertionError where it does not hold."""

import html
from urllib.parse import unquote_to_bytes

import dns.exception
import dns.message
import dns.name
from mdns_cases import HOST, HTTP, IP, KINDS, SERVICE, A, message, question, record

from device import mdns_message, setup_dns, setup_form

OURS = {dns.name.from_wire(name, 0)[0] for name in (HOST, HTTP, KINDS, SERVICE)}
BOARD = b"\4\3\2\1"

# What a fuzzer begins with, by the name of the function.
SEEDS = {
    "mdns": [
        message([question(), question(HTTP, 12)], [record(HTTP, 12, SERVICE, 4500)]),
        message([question(SERVICE, 255), question(b"\x04lamp\xc0\x11", 33)]),
        message([question(kind=255)], authority=[record(b"\xc0\x0c", A)]),
        message(answers=[record(), record(KINDS, 12, HTTP)], flags=0x8400),
    ],
    "dns": [
        b"\x12\x34\1\0\0\1\0\0\0\0\0\0\7captive\5apple\3com\0\0\1\0\1",
        b"\x12\x34\0\0\0\1\0\0\0\0\0\1\1a\0\0\x1c\0\1\0\0\x29\4\xd0\0\0\0\0\0\0",
    ],
    "form": [b"ssid=caf%C3%A9&other=&password=a+b%2B%25&token=00ff", b"ssid=%22%3Cb%3E+%26lt;"],
}


def mdns(data):
    """The board reads no more and nothing else into it than is there."""
    mdns_message.use("lamp", IP)
    parsed = mdns_message.parse(data)
    if parsed is None:
        return
    asked, alone, end, other, is_question = parsed
    assert 0 <= asked <= mdns_message.ALL and 12 <= end <= max(len(data), 12)
    assert other == b"" or len(other) == 4 and other != IP and other in data
    assert is_question is (data[2] < 0x80) and isinstance(alone, bool)
    if asked:
        found = _asked_for(data)
        assert found is None or OURS & set(found), "nobody asked for that"
        for answer in (mdns_message.answer(asked), mdns_message.answer(asked, data[:end])):
            assert len(answer) <= len(data) + 512
        dns.message.from_wire(mdns_message.answer(asked))


def _asked_for(data):
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


def dns_query(data):
    """The setup page's DNS says where the board is, of what was asked, or nothing."""
    response = setup_dns.answer(data, BOARD)
    if response is None:
        return
    answers = response[7]
    end = len(response) - 16 * answers
    assert response[:2] == data[:2] and response[12:end] == data[12:end] and data[2] < 0x80
    assert answers in (0, 1) and (not answers or response.endswith(BOARD))
    name, size = dns.name.from_wire(response, 12)
    assert 12 + size + 4 == end and (response[end - 4 : end] == b"\0\1\0\1") is (answers == 1)
    assert len(name.to_wire()) == size, "a pointer was followed"


def form(data):
    """What is read of it is what a browser means by it, and can do no harm in a page."""
    found = setup_form.fields(data)
    if found is None:
        return
    expected = {}
    for pair in data.split(b"&"):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        expected[unquote_to_bytes(name).decode()] = unquote_to_bytes(value).decode()
    assert found == expected
    for name, value in found.items():
        fault = setup_form.fault(name, value)
        assert fault or 1 <= len(name.encode()) <= 32 and len(value.encode()) <= 64
        escaped = setup_form.escape(name)
        assert html.unescape(escaped) == name and not {"<", '"'} & set(escaped)
        shown = setup_form.option(name)
        assert shown.count("<") == 1 and shown.count('"') in (0, 2)

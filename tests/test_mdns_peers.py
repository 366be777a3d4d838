"""The board's messages as zeroconf and dnspython read them, and what these send as it reads it."""

import dns.flags
import dns.message
import dns.rdatatype
import pytest
from mdns_cases import IP
from zeroconf import (
    DNSAddress,
    DNSIncoming,
    DNSOutgoing,
    DNSPointer,
    DNSQuestion,
    DNSService,
    DNSText,
)
from zeroconf.const import _CLASS_IN, _CLASS_UNIQUE, _FLAGS_QR_QUERY, _FLAGS_QR_RESPONSE

from device import mdns_message

HTTP, SERVICE, HOST = "_http._tcp.local.", "lamp._http._tcp.local.", "lamp.local."
TYPES = {"A": 1, "PTR": 12, "TXT": 16, "AAAA": 28, "SRV": 33, "ANY": 255}


@pytest.fixture(autouse=True)
def name():
    mdns_message.use("lamp", IP)


def ask(*questions, known=()):
    """What the board answers to the questions (name, type) of zeroconf, by name and type."""
    out = DNSOutgoing(_FLAGS_QR_QUERY)
    for name, kind in questions:
        out.add_question(DNSQuestion(name, TYPES[kind], _CLASS_IN))
    for record in known:
        out.add_answer_at_time(record, 0)
    (data,) = out.packets()
    asked = mdns_message.parse(data)[0]
    if not asked:
        return {}
    incoming = DNSIncoming(mdns_message.answer(asked))
    assert incoming.valid and incoming.is_response() and not incoming.questions
    records = incoming.answers()
    assert len(records) == incoming.num_answers + incoming.num_additionals
    return {(record.name, record.type): record for record in records}


def test_zeroconf_finds_the_address_and_that_there_is_no_other():
    for kind in ("A", "AAAA", "ANY"):
        found = ask((HOST, kind))
        address, nsec = found[HOST, 1], found[HOST, 47]
        assert address == DNSAddress(HOST, 1, _CLASS_IN | _CLASS_UNIQUE, 120, IP)
        assert address.unique and nsec.unique and nsec.rdtypes == [1]


def test_zeroconf_gets_the_page_with_all_that_it_needs_in_one_answer():
    found = ask((HTTP, "PTR"))
    assert found[HTTP, 12] == DNSPointer(HTTP, 12, _CLASS_IN, 4500, SERVICE)
    service = DNSService(SERVICE, 33, _CLASS_IN | _CLASS_UNIQUE, 120, 0, 0, 80, HOST)
    assert found[SERVICE, 33] == service
    assert found[SERVICE, 16] == DNSText(SERVICE, 16, _CLASS_IN | _CLASS_UNIQUE, 4500, b"\0")
    assert found[HOST, 1].address == IP
    assert not found[HTTP, 12].unique  # other boards have it, too


def test_zeroconf_that_knows_the_page_is_not_told_again():
    known = DNSPointer(HTTP, 12, _CLASS_IN, 4500, SERVICE)
    assert ask((HTTP, "PTR"), known=[known]) == {}
    other = DNSPointer(HTTP, 12, _CLASS_IN, 4500, "other." + HTTP)
    assert ask((HTTP, "PTR"), known=[other])
    assert ask((HTTP, "PTR"), (HOST, "A"), known=[other, known]).keys() == {(HOST, 1), (HOST, 47)}


def test_questions_that_zeroconf_compresses_are_answered_if_they_name_the_first_again():
    assert (HOST, 1) in ask((HOST, "A"), (HOST, "AAAA"))
    assert ask(("other.local.", "A"), ("other.local.", "AAAA")) == {}


def test_zeroconf_sees_a_probe_and_what_it_is_for():
    probe = DNSIncoming(mdns_message.probe())
    (question,) = probe.questions
    assert (question.name, question.type, question.unicast) == (HOST, 255, True)
    assert probe.num_authorities == 1 and probe.answers()[0].address == IP


@pytest.mark.parametrize("unique", [0, _CLASS_UNIQUE])
def test_an_announcement_of_zeroconf_for_the_same_name_is_a_conflict(unique):
    out = DNSOutgoing(_FLAGS_QR_RESPONSE)
    out.add_answer_at_time(DNSAddress("LAMP.local.", 1, _CLASS_IN | unique, 120, b"\1\2\3\4"), 0)
    assert mdns_message.parse(out.packets()[0])[3] == b"\1\2\3\4"


def test_dig_gets_a_plain_dns_answer():
    query = dns.message.make_query("lamp.local", "A")
    data = query.to_wire()
    asked, _, end, *_ = mdns_message.parse(data)
    reply = dns.message.from_wire(mdns_message.answer(asked, data[:end]))
    assert query.is_response(reply) and reply.flags & dns.flags.AA
    assert [str(rrset) for rrset in reply.answer] == ["lamp.local. 10 IN A 192.168.1.7"]
    assert [str(rrset) for rrset in reply.additional] == ["lamp.local. 10 IN NSEC lamp.local. A"]


def test_dnspython_reads_every_record_of_an_announcement():
    data = mdns_message.answer(mdns_message.ALL)
    reply = dns.message.from_wire(data, one_rr_per_rrset=True)
    types = [dns.rdatatype.to_text(rrset.rdtype) for rrset in reply.answer]
    assert types == ["A", "NSEC", "PTR", "SRV", "TXT", "PTR"]

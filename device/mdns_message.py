"""The messages of mDNS for one host with one web page (RFC 6762, RFC 6763): bytes in, bytes out.

A name may end in one pointer to the rest of it. A pointer that is found there is not followed, so
no message can lead round in circles.
"""

import struct

from micropython import const

# Our records; their sum says what is asked for.
_A = const(1)
_NSEC = const(2)  # says that there is no other record for the host than A, so no AAAA
_PTR = const(4)  # from the kind of service to ours
_SRV = const(8)
_TXT = const(16)
_KIND = const(32)  # from the list of the kinds of services to web pages
ALL = const(63)

_TYPE_A = const(1)
_TYPE_PTR = const(12)
_TYPE_TXT = const(16)
_TYPE_SRV = const(33)
_ANY = const(255)

_HEAD = const(12)  # bytes
_ENTRIES = const(32)  # questions and records that are looked at in one message
_LONGEST_NAME = const(64)  # bytes, more than of ours
_TTL = const(120)  # s, of what has the host's name or address in it
_LONG_TTL = const(4500)
_PLAIN_TTL = const(10)

_HTTP = b"\x05_http\x04_tcp\x05local\0"
_KINDS = b"\x09_services\x07_dns-sd\x04_udp\x05local\0"

_label = _host = _ip = b""


def use(name, ip):
    """Set the host's name (str), and its address (4 bytes)."""
    global _label, _host, _ip
    _label = bytes([len(name)]) + name.encode().lower()
    _host = _label + _HTTP[-7:]
    _ip = ip


def loses_to(ip):
    """Whether our probe has to wait for one with this address that is made at the same time."""
    return ip > _ip


def parse(data):
    """What a message (bytes) means for us, or None where it is no message:

    (records it asks for, whether the answer may go to the asker alone, end of its questions,
    address (4 bytes) that somebody else has under our name or b"", whether it is a question)
    """
    # Shorter than any question; another operation, or an error.
    if len(data) < 17 or data[2] & 0x78 or data[3] & 15:
        return None
    question = data[2] < 0x80
    questions, answers, probed = struct.unpack_from("!3H", data, 4)
    alone = probed > 0  # a probe: it cannot wait for the pause between multicasts
    asked = 0
    other = b""
    p = questions_end = _HEAD
    for i in range(min(questions + answers + probed, _ENTRIES)):
        end = _name_end(data, p)
        if end + (4 if i < questions else 10) > len(data):
            break  # there is no more of it, or we have not read it
        name = _name(data, p)
        kind, flag = struct.unpack_from("!HH", data, end)
        if i < questions:
            ours = _asked(name, kind)
            if ours and flag & 0x8000:
                alone = True
            asked |= ours
            p = questions_end = end + 4
            continue
        ttl, size = struct.unpack_from("!IH", data, end + 4)
        p = end + 10 + size
        if kind == _TYPE_A:
            value = data[end + 10 : p]
            if name == _host and ttl and len(value) == 4 and value != _ip:
                other = value
        elif question and kind == _TYPE_PTR and ttl * 2 >= _LONG_TTL:
            if _name(data, end + 10) == _label + _HTTP:
                asked &= ~_PTR  # the asker knows of us already
    return asked, alone, questions_end, other, question


def _asked(name, kind):
    # The records of ours that a question means.
    every = kind == _ANY
    if name == _host:
        return _A if every or kind == _TYPE_A else _NSEC
    records = 0
    if every or kind == _TYPE_PTR:
        if name == _HTTP:
            records = _PTR
        elif name == _KINDS:
            records = _KIND
    if name == _label + _HTTP:
        if every or kind == _TYPE_SRV:
            records = _SRV
        if every or kind == _TYPE_TXT:
            records |= _TXT
    return records


def _name(data, p):
    # The name at `p`, in lower case, as far as a name of ours could reach.
    end = _name_end(data, p)
    name = data[p:end]
    if len(name) > 1 and name[-1]:  # it goes on elsewhere
        p = (name[-2] & 63) << 8 | name[-1]
        name = name[:-2] + data[p : min(_name_end(data, p), p + _LONGEST_NAME)]
    return name.lower()


def _name_end(data, p):
    # Where the name at `p` ends; len(data) where it does not, and nothing fits behind that.
    while p < len(data):
        size = data[p]
        if size >= 0xC0:
            return p + 2
        p += 1 + size
        if not size:
            return p
        if size > 63:
            break
    return len(data)


def probe():
    """The question whether somebody has our name."""
    question = _host + b"\0\xff\x80\x01"  # ANY; the answer may go to us alone
    return b"\0\0\0\0\0\1\0\0\0\1\0\0" + question + _records(_A, 1, _PLAIN_TTL)


def goodbye():
    """What makes others forget our name and page, before a restart (RFC 6762 10.1)."""
    return b"\0\0\x84\0\0\0\0\4\0\0\0\0" + _records(_A | _PTR | _SRV | _TXT, 0x8001, 0)


def answer(asked, query=None):
    """A message with the records `asked`, and with those that their reader needs next.

    `query` (bytes, to the end of the questions) is that of a plain DNS client: the answer repeats
    it, and is not to be kept for long.
    """
    more = 0
    if asked & _PTR:
        more = _A | _NSEC | _SRV | _TXT
    elif asked & (_A | _NSEC | _SRV):
        more = _A | _NSEC
    more &= ~asked
    head = struct.pack("!3H", bin(asked).count("1"), 0, bin(more).count("1"))
    if query:
        head = query[:2] + b"\x84\0" + query[4:6] + head + query[_HEAD:]
        return head + _records(asked, 1, _PLAIN_TTL) + _records(more, 1, _PLAIN_TTL)
    head = b"\0\0\x84\0\0\0" + head
    return head + _records(asked, 0x8001, _LONG_TTL) + _records(more, 0x8001, _LONG_TTL)


def _records(records, unique, longest):
    # `unique` is 0x8001 where others are to forget what they knew before, else 1; `longest` is
    # the most seconds that they may keep it.
    service = _label + _HTTP
    out = b""
    for name, kind, flag, ttl, value in (
        (_host, _TYPE_A, unique, _TTL, _ip),
        (_host, 47, unique, _TTL, _host + b"\0\1\x40"),
        (_HTTP, _TYPE_PTR, 1, _LONG_TTL, service),
        (service, _TYPE_SRV, unique, _TTL, b"\0\0\0\0\0\x50" + _host),
        (service, _TYPE_TXT, unique, _LONG_TTL, b"\0"),
        (_KINDS, _TYPE_PTR, 1, _LONG_TTL, _HTTP),
    ):
        if records & 1:
            head = struct.pack("!HHIH", kind, flag, min(ttl, longest), len(value))
            out += name + head + value
        records >>= 1
    return out

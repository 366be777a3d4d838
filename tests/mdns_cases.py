"""Messages of mDNS, put together by hand. Runs on CPython and MicroPython."""

import struct

A, PTR, TXT, AAAA, SRV, NSEC, ANY = 1, 12, 16, 28, 33, 47, 255
IN, UNICAST = 1, 0x8001
IP = bytes([192, 168, 1, 7])
OTHER = bytes([192, 168, 1, 9])
HOST = b"\x04lamp\x05local\0"
HTTP = b"\x05_http\x04_tcp\x05local\0"
SERVICE = b"\x04lamp" + HTTP
KINDS = b"\x09_services\x07_dns-sd\x04_udp\x05local\0"
FIRST = b"\xc0\x0c"  # a pointer to the first name
QUERY, RESPONSE = 0, 0x8400
# The bits by which device/mdns_message.py names the records.
RECORDS = {"A": 1, "NSEC": 2, "PTR": 4, "SRV": 8, "TXT": 16, "KIND": 32}


def message(questions=(), answers=(), authority=(), flags=QUERY, number=0):
    """Bytes of the wire."""
    counts = len(questions), len(answers), len(authority), 0
    head = struct.pack("!6H", number, flags, *counts)
    return head + b"".join(list(questions) + list(answers) + list(authority))


def question(name=HOST, kind=A, flag=IN):
    return name + struct.pack("!HH", kind, flag)


def record(name=HOST, kind=A, value=OTHER, ttl=120, flag=IN):
    return name + struct.pack("!HHIH", kind, flag, ttl, len(value)) + value

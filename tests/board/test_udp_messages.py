"""Real clients of DNS and mDNS, and the virtual board: a query is answered, a message arrives."""

import shutil
import subprocess
from collections.abc import Callable

import dns.message
import dns.query
import pytest
import zeroconf
from program_rig import JOIN, says
from zeroconf.const import _CLASS_IN, _FLAGS_QR_QUERY, _TYPE_A, _TYPE_PTR

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.udp.peer import Peer

DIG = shutil.which("dig")
Run = Callable[..., VirtualBoard]
RESPONDER = """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 53))
print("ready")
while True:
    query, peer = s.recvfrom(512)
    end = query.find(b"\\0", 12) + 5
    answer = query[:2] + b"\\x85\\x80\\0\\1\\0\\1\\0\\0\\0\\0" + query[12:end]
    s.sendto(answer + b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\0\\0\\4\\x04\\3\\2\\1", peer)
"""


def test_a_dns_responder_on_the_board_answers_a_real_resolver(run_program: Run) -> None:
    board = run_program(JOIN + RESPONDER)
    says(board, "ready")
    query = dns.message.make_query("captive.example.com", "A")
    answer = dns.query.udp(query, "127.0.0.1", port=board.udp_port(53), timeout=10)
    assert [str(record) for record in answer.answer] == ["captive.example.com. 0 IN A 4.3.2.1"]


@pytest.mark.skipif(not DIG, reason="needs dig (package bind9-dnsutils)")
def test_a_dns_responder_on_the_board_answers_dig(run_program: Run) -> None:
    board = run_program(JOIN + RESPONDER)
    says(board, "ready")
    command = [DIG, "@127.0.0.1", "-p", str(board.udp_port(53)), "+short", "captive.example.com"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "4.3.2.1\n", done.stdout + done.stderr


def test_a_message_of_zeroconf_arrives_byte_for_byte(run_program: Run) -> None:
    program = """
import binascii
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5353))
s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, bytes([224, 0, 0, 251, 0, 0, 0, 0]))
print("ready")
data = s.recv(1472)
print("got", binascii.hexlify(data).decode(), "end")
s.sendto(data, ("224.0.0.251", 5353))
"""
    board = run_program(JOIN + program)
    says(board, "ready")
    message = zeroconf.DNSOutgoing(_FLAGS_QR_QUERY)
    for n in range(40):
        message.add_question(zeroconf.DNSQuestion(f"switch-{n}.local.", _TYPE_A, _CLASS_IN))
    message.add_question(zeroconf.DNSQuestion("_http._tcp.local.", _TYPE_PTR, _CLASS_IN))
    (packet,) = message.packets()
    assert len(packet) > 536
    with Peer(board) as phone:
        phone.send(packet)
        says(board, f"got {packet.hex()} end")
        assert phone.receive() == (packet, 5353)

"""UDP on the virtual board: what a program gets of it, and what the devices around it see."""

import socket
from collections.abc import Callable

import pytest
from program_rig import JOIN, says

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.udp.peer import Peer

Run = Callable[..., VirtualBoard]
MDNS = (
    JOIN
    + """\
import select
def error(call, *args):
    try:
        return call(*args)
    except OSError as e:
        return "errno %d" % e.errno
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 5353))
group = bytes([224, 0, 0, 251]) + bytes(4)
"""
)
JOINED = MDNS + "s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, group)\n"
READY = "print('ready')\n"


def test_an_mdns_peer_and_a_legacy_one_are_told_apart_and_each_gets_its_answer(
    run_program: Run,
) -> None:
    program = JOINED + READY
    program += """
for _ in range(2):
    data, peer = s.recvfrom(512)
    print(data, peer)
    s.sendto(b"to you", peer)
s.sendto(b"to all", ("224.0.0.251", 5353))
s.sendto(b"the end", peer)
print("done")
"""
    board = run_program(program)
    says(board, "ready")
    with Peer(board, address="192.168.1.33") as phone, Peer(board, 40000) as legacy:
        phone.send(b"query")
        assert phone.receive() == (b"to you", 5353)
        legacy.send(b"question")
        assert legacy.receive() == (b"to you", 5353)
        assert legacy.receive() == (b"the end", 5353)  # and not what went to the group
        assert phone.receive() == (b"to all", 5353)
        said = board.console
    assert "b'query' ('192.168.1.33', 5353)" in said
    assert f"b'question' ('{legacy.address}', 40000)" in said


def test_a_client_of_its_own_gets_through_the_mapped_port(
    run_program: Run,
) -> None:
    program = JOINED + READY
    program += "while True:\n    d, p = s.recvfrom(512)\n    print(d, p)\n    s.sendto(d, p)\n"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.settimeout(10)
        number = client.getsockname()[1]
        board = run_program(program)
        says(board, "ready")
        client.sendto(b"hello", ("127.0.0.1", board.udp_port(5353)))
        assert client.recvfrom(99) == (b"hello", ("127.0.0.1", board.udp_port(5353)))
    assert f"b'hello' ('192.168.1.9', {number})" in board.console


def test_only_what_has_joined_the_group_gets_its_packets(run_program: Run) -> None:
    board = run_program(
        MDNS
        + """
s.settimeout(5)
print("bound")
print("first", s.recv(99))
s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, group)
print("joined")
print("second", s.recv(99))
s.setsockopt(0, socket.IP_DROP_MEMBERSHIP, group)
print("left", error(s.setsockopt, 0, socket.IP_DROP_MEMBERSHIP, group))
print("third", s.recv(99))
try:
    s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, group[:4])
except ValueError:
    print("eight bytes")
print("no group", error(s.setsockopt, 0, socket.IP_ADD_MEMBERSHIP, bytes(8)))
"""
    )
    with Peer(board) as phone:
        for stage in ("bound", "joined", "left errno 22"):
            says(board, stage)
            phone.send(b"to the group")
            phone.send(b"to you", unicast=True)
        says(board, "no group errno 22")
    assert "first b'to you'" in board.console
    assert "second b'to the group'" in board.console
    assert "third b'to you'" in board.console  # what came before it left is still there
    assert "eight bytes" in board.console


def test_the_fifth_packet_is_lost_and_each_other_is_an_event(run_program: Run) -> None:
    board = run_program(
        JOINED
        + """
events = []
s.setblocking(False)
s.setsockopt(socket.SOL_SOCKET, 20, events.append)
"""
        + READY
    )
    says(board, "ready")
    board.wait_for(lambda chip: chip.boots)
    with Peer(board) as phone:

        def burst(chip):
            for n in range(6):
                chip.udp.receive(5353, b"%d" % n, (phone.address, 5353), "224.0.0.251")
            return chip.udp.dropped

        assert board.do(burst) == 2
        board.wait_for(lambda chip: chip.events_done)
    board.do(lambda chip: chip.terminal.ring.put(b"print(len(events), s.recv(9), s.read(9))\r"))
    says(board, "4 b'0' b'123'")


def test_what_does_not_fit_is_dropped_and_a_peek_takes_nothing(run_program: Run) -> None:
    board = run_program(
        JOINED
        + READY
        + """
p = select.poll()
p.register(s, select.POLLIN | select.POLLOUT)
while not p.poll()[0][1] & select.POLLIN:
    pass
print("poll", p.poll()[0][1])
print(s.recvfrom(3, socket.MSG_PEEK)[0], s.recv(3), s.recv(99))
s.settimeout(0.05)
print("timeout", error(s.recv, 9))
s.setblocking(False)
print("now", error(s.recv, 9), s.read(9), s.readinto(bytearray(9)), p.poll()[0][1])
t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("busy", error(t.bind, ("", 5353)), error(t.send, b"x"))
print("broadcast", error(t.sendto, b"x", ("255.255.255.255", 9)))
t.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
print("broadcast", error(t.sendto, b"x", ("255.255.255.255", 9)))
t.close()
print("closed", error(t.sendto, b"x", ("192.168.1.5", 9)))
sta.disconnect()
print("no wifi", error(s.sendto, b"x", ("192.168.1.5", 9)))
"""
    )
    says(board, "ready")
    with Peer(board) as phone:
        phone.send(b"abcdef")
        phone.send(b"second")
        says(board, "no wifi errno 113")
    for line in (
        "poll 5",
        "b'abc' b'abc' b'second'",
        "timeout errno 110",
        "now errno 11 None None 4",
        "busy errno 98 errno 113",
        "broadcast errno 22",
        "broadcast 1",
        "closed errno 9",
    ):
        assert line in board.console


def test_a_connected_socket_hears_its_server_alone(
    run_program: Run,
) -> None:
    board = run_program(
        JOIN
        + """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5000))
print("ready")
s.recv(9)
s.sendto(b"nobody is there", ("192.168.1.77", 123))
s.connect(("192.168.1.5", 123))
s.send(b"time?")
print("answer", s.recvfrom(99))
"""
    )
    says(board, "ready")
    with Peer(board, 123, "192.168.1.5") as server, Peer(board, 123) as other:
        other.send(b"go", to=5000)
        assert server.receive() == (b"time?", 5000)
        other.send(b"wrong", to=5000)
        server.send(b"noon", to=5000)
        says(board, "answer (b'noon', ('192.168.1.5', 123))")
        assert not other.waiting()


def test_a_group_is_left_when_wifi_goes_and_can_be_joined_again(run_program: Run) -> None:
    board = run_program(JOINED + READY + "s.settimeout(20)\nprint('got', s.recv(99))\n")
    says(board, "ready")
    with Peer(board) as phone:
        board.do(lambda chip: (chip.wlan.disconnect(), chip.udp.look()))
        phone.send(b"nobody hears")
        board.do(lambda chip: chip.wlan.connect())
        board.wait_for(lambda chip: chip.wlan.isconnected(0))
        phone.send(b"not joined")
        board.do(lambda chip: chip.udp.member(bytes([224, 0, 0, 251]), bytes(4), True))
        phone.send(b"joined again")
        says(board, "got b'joined again'")


@pytest.mark.parametrize("port", [443, 1234])
def test_any_tcp_port_that_a_program_listens_at_is_reachable(run_program: Run, port: int) -> None:
    program = JOIN + f"s = socket.socket()\ns.bind(('', {port}))\ns.listen(2)\nprint('ready')\n"
    board = run_program(program + "c, peer = s.accept()\nc.send(c.recv(99))\nc.close()\n")
    says(board, "ready")
    with socket.create_connection(("127.0.0.1", board.tcp_port(port)), timeout=10) as client:
        client.sendall(b"hello")
        assert client.recv(99) == b"hello"

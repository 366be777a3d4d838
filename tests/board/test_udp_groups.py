"""Multicast on the virtual board: who has joined the group gets its packets, and nobody else."""

from program_rig import says
from udp_rig import JOINED, MDNS, READY, Run

from tools.virtual_board.udp.peer import Peer


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

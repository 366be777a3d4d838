"""UDP on the virtual board: what a program's sockets do."""

from program_rig import JOIN, says
from udp_rig import JOINED, READY, Run

from tools.virtual_board.udp.peer import Peer


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

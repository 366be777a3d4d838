"""Every port that a program uses is reachable from this PC, under another number."""

import socket

import pytest
from program_rig import JOIN, says
from udp_rig import JOINED, READY, Run


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


@pytest.mark.parametrize("port", [443, 1234])
def test_any_tcp_port_that_a_program_listens_at_is_reachable(run_program: Run, port: int) -> None:
    program = JOIN + f"s = socket.socket()\ns.bind(('', {port}))\ns.listen(2)\nprint('ready')\n"
    board = run_program(program + "c, peer = s.accept()\nc.send(c.recv(99))\nc.close()\n")
    says(board, "ready")
    with socket.create_connection(("127.0.0.1", board.tcp_port(port)), timeout=10) as client:
        client.sendall(b"hello")
        assert client.recv(99) == b"hello"

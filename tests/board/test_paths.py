"""A peer that vanishes, comes back or is slow: one connection's trouble, and nobody else's."""

import time
from collections.abc import Iterator

import pytest
from network_rig import ADDRESS, Peer, Programs

from tools.virtual_board.chip import Chip

OPEN = f"""
s, t = socket.socket(), socket.socket()
for each in s, t:
    each.connect(("{ADDRESS}", 1883))
    each.setblocking(False)
"""


@pytest.fixture
def repl(module_board: Programs) -> Iterator[Programs]:
    """The board, with two connections, at `s` and `t`."""
    module_board.run(OPEN)
    yield module_board
    module_board.run("s.close(); t.close()")
    module_board.board.wait_for(lambda chip: not chip.stack.pcbs)


def test_vanished_peer_is_heard_no_more_and_hears_nothing(repl: Programs, peer: Peer):
    first, second = peer.accept(), peer.accept()
    repl.board.do(lambda chip: chip.stack.pcbs[0].path.vanish())
    first.sendall(b"lost")
    second.sendall(b"there")
    first.close()
    assert repl.value("wait(t, 1), t.recv(9), asked(s, 1)") == (1, b"there", 0)
    assert repl.value("s.send(bytes(1072)), attempt(s.send, b'x'), wait(s, 5, 300)") == (
        1072,
        11,
        0,
    )
    second.close()


def test_close_of_a_vanished_connection_reaches_nobody(repl: Programs, peer: Peer):
    first, second = peer.accept(), peer.accept()
    repl.board.do(lambda chip: chip.stack.pcbs[0].path.vanish())
    repl.run("s.send(b'lost'); s.close()")
    first.settimeout(0.5)
    with pytest.raises(TimeoutError):
        first.recv(1)
    repl.board.wait_for(lambda chip: len(chip.stack.pcbs) == 1)  # _lwip_tcp_close_poll()
    with pytest.raises(TimeoutError):
        first.recv(1)
    first.close()
    second.close()


def test_what_was_lost_comes_when_segments_go_again(repl: Programs, peer: Peer):
    first, second = peer.accept(), peer.accept()
    repl.board.do(lambda chip: chip.stack.pcbs[0].path.vanish())
    first.sendall(b"hello")
    assert repl.value("s.send(b'there'), asked(s, 1)") == (5, 0)
    repl.board.do(lambda chip: chip.stack.pcbs[0].path.recover())
    assert repl.value("wait(s, 1), s.recv(9)") == (1, b"hello")
    assert first.recv(9) == b"there"
    first.close()
    second.close()


def test_delay_holds_back_data_and_the_room_in_the_send_buffer(repl: Programs, peer: Peer):
    first, second = peer.accept(), peer.accept()

    def slow(chip: Chip) -> None:
        chip.stack.pcbs[0].path.delay = 0.5

    repl.board.do(slow)
    start = time.monotonic()
    first.sendall(b"late")
    second.sendall(b"soon")
    assert repl.value("wait(t, 1), asked(s, 1)") == (1, 0)
    assert repl.value("wait(s, 1), s.recv(9)") == (1, b"late")
    assert time.monotonic() - start >= 0.5
    repl.run("start = time.ticks_ms(); s.send(bytes(1072))")
    assert repl.value("attempt(s.send, b'x'), wait(s, 4)") == (11, 4)
    assert repl.value("time.ticks_diff(time.ticks_ms(), start)") >= 500
    assert len(first.recv(2000)) == 1072  # what is unread would make it an RST
    first.close()
    second.close()
    assert repl.value("wait(s, 1), s.recv(1)") == (1, b"")

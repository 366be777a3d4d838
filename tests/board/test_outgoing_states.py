"""Each state of a non-blocking outgoing socket, and what each call says in it.

The table is that of extmod/modlwip.c: lwip_socket_ioctl(), lwip_tcp_send(), lwip_tcp_receive() and
lwip_socket_connect(). Left out is what may crash the chip: using a socket whose reset was read.
"""

from collections.abc import Iterator

import pytest
from network_rig import ADDRESS, Peer, Programs, reset

EBADF, EAGAIN, ECONNABORTED, ECONNRESET, EISCONN = 9, 11, 103, 104, 106
ENOTCONN, EALREADY, EINPROGRESS = 107, 114, 115
IN, OUT, ERR, HUP, NVAL = 1, 4, 8, 16, 32

NEW = """
s = socket.socket()
events = []
s.setsockopt(1, 20, events.append)
s.setblocking(False)
"""
CONNECT = f'attempt(s.connect, ("{ADDRESS}", 1883))'
REFUSED = NEW + CONNECT.replace("1883", "1884") + "\nwait(s)"
CALLS = {
    "poll": "asked(s)",
    "send": "attempt(s.send, b'x')",
    "recv": "attempt(s.recv, 1)",
    "connect": CONNECT,
    "events": "len(events)",
}
# State: what leads there on the board, and what CALLS say in it.
TABLE = {
    "new": (NEW, OUT | HUP, ENOTCONN, EAGAIN, EINPROGRESS, 0),
    "connecting": (NEW + CONNECT, 0, EAGAIN, EAGAIN, EALREADY, 0),
    "connected": (NEW + CONNECT + "\nwait(s)", OUT, 1, EAGAIN, EISCONN, 0),
    "left by the peer": (NEW + CONNECT + "\nwait(s)", IN | OUT, 1, b"", EALREADY, 1),
    "refused": (REFUSED, IN | OUT | ERR | HUP, ECONNRESET, ECONNRESET, EBADF, 0),
    "reset": (NEW + CONNECT + "\nwait(s)", IN | OUT | ERR | HUP, ECONNRESET, ECONNRESET, EBADF, 0),
    "reset, and that read": (REFUSED + "\nattempt(s.recv, 1)", IN | HUP, None, None, EBADF, 0),
    "reset, and that sent": (REFUSED + "\nattempt(s.send, b'x')", NVAL, EBADF, EBADF, EBADF, 0),
    "silent": (NEW + CONNECT + "\nwait(s)", ERR, ECONNABORTED, ECONNABORTED, EBADF, 0),
    "closed": (NEW + CONNECT + "\ns.close()", NVAL, EBADF, EBADF, EBADF, 0),
}
CASES = [
    (state, call, said)
    for state, (_, *answers) in TABLE.items()
    for call, said in zip(CALLS, answers)
    if said is not None
]


@pytest.fixture
def repl(module_board: Programs) -> Iterator[Programs]:
    """The board, whose network a test may change."""
    yield module_board
    module_board.run("s.close()")
    stack = module_board.board.chip.stack
    stack.hosts.round_trip, stack.hosts.silent = 0.01, set()


@pytest.mark.parametrize(("state", "call", "said"), CASES)
def test_each_call_says_in_each_state_what_it_says_on_the_chip(
    repl: Programs, peer: Peer, state: str, call: str, said: object
) -> None:
    stack = repl.board.chip.stack
    # Else a busy PC is there, or refused, within connect().
    stack.hosts.round_trip = 5.0 if state == "connecting" else 0.2
    if state == "silent":
        stack.syn_interval, stack.hosts.silent = 0.05, {ADDRESS}
    repl.run(TABLE[state][0])
    if state in ("connected", "left by the peer", "reset"):
        sock = peer.accept()
        if state == "reset":
            reset(sock)
            repl.run("wait(s, 1)")
        elif state == "left by the peer":
            sock.close()
            repl.run("wait(s, 1)\nwhile not events: time.sleep_ms(1)")
    assert repl.value(CALLS[call]) == said


def test_recv_that_may_wait_does_not_wait_for_a_connection(repl: Programs) -> None:
    repl.run("s = socket.socket()")
    assert repl.value(CALLS["recv"]) == ENOTCONN
    repl.board.chip.stack.hosts.round_trip = 5.0
    repl.run(f"s.setblocking(False)\n{CONNECT}\ns.setblocking(True)")
    assert repl.value(CALLS["recv"]) == ENOTCONN

"""A board that connects to a host: each state of its socket is the one that the chip shows."""

from collections.abc import Iterator

import pytest
from network_rig import ADDRESS, Peer, Programs, reset

EBADF, EAGAIN, ECONNABORTED, ECONNRESET, EISCONN = 9, 11, 103, 104, 106
ETIMEDOUT, EHOSTUNREACH, EALREADY, EINPROGRESS = 110, 113, 114, 115
IN, OUT, ERR, HUP, NVAL = 1, 4, 8, 16, 32
OPEN = f"""
s = socket.socket()
events = []
s.setsockopt(1, 20, events.append)
s.setblocking(False)
begun = attempt(s.connect, ("{ADDRESS}", 1883))
"""
AGAIN = f'attempt(s.connect, ("{ADDRESS}", 1883))'


@pytest.fixture
def repl(module_board: Programs) -> Iterator[Programs]:
    """The board, whose network a test may change, and at whose `s` it may leave a socket."""
    yield module_board
    module_board.run("s.close()")
    hosts = module_board.board.chip.stack.hosts
    hosts.round_trip, hosts.silent = 0.01, set()


def test_connection_under_way_shows_nothing_and_then_pollout_alone(repl: Programs, peer: Peer):
    repl.board.chip.stack.hosts.round_trip = 1.0
    repl.run(OPEN)
    assert repl.value(f"begun, asked(s), {AGAIN}, attempt(s.send, b'x'), attempt(s.recv, 1)") == (
        EINPROGRESS,
        0,
        EALREADY,
        EAGAIN,
        EAGAIN,
    )
    assert repl.value("s.write(b'x'), s.read(1)") == (None, None)
    assert repl.value(f"wait(s), {AGAIN}, len(events)") == (OUT, EISCONN, 0)
    peer.accept().close()


def test_refused_connection_is_writable_with_an_error_and_fires_no_event(repl: Programs):
    repl.board.chip.stack.hosts.round_trip = 0.3  # else a busy PC makes it fail in connect()
    repl.run(OPEN.replace("1883", "1884"))
    assert repl.value("wait(s, 4), asked(s, 5)") == (OUT | ERR | HUP, IN | OUT | ERR | HUP)
    assert repl.value(f"{AGAIN}, len(events)") == (EBADF, 0)
    assert repl.value("attempt(s.recv, 1), asked(s), begun") == (ECONNRESET, IN | HUP, EINPROGRESS)


def test_silent_host_ends_in_pollerr_when_the_syns_are_over(repl: Programs):
    repl.board.chip.stack.syn_interval = 0.05
    repl.board.chip.stack.hosts.silent = {ADDRESS}
    repl.run(OPEN)
    assert repl.value("begun, asked(s, 4), wait(s, 4)") == (EINPROGRESS, 0, ERR)
    assert repl.value(f"{AGAIN}, len(events), attempt(s.send, b'x'), asked(s), {AGAIN}") == (
        EBADF,
        0,
        ECONNABORTED,
        NVAL,
        EBADF,
    )


def test_data_and_the_end_fire_events_and_the_rest_of_the_state_table(repl: Programs, peer: Peer):
    repl.run(OPEN + "wait(s)")
    with peer.accept() as sock:
        assert repl.value("asked(s, 1), s.send(bytes(2000)), attempt(s.send, b'x')") == (
            0,
            1072,
            EAGAIN,
        )
        assert len(sock.recv(2000, 256)) == 1072
        sock.sendall(b"hello")
        assert repl.value("wait(s, 1), s.recv(9), len(events)") == (IN, b"hello", 1)
    repl.run("while len(events) < 2: time.sleep_ms(1)")
    assert repl.value(f"asked(s), s.recv(9), {AGAIN}, len(events)") == (IN | OUT, b"", EALREADY, 2)


def test_reset_by_the_host_fires_no_event(repl: Programs, peer: Peer):
    repl.run(OPEN + "wait(s)")
    reset(peer.accept())
    assert repl.value("wait(s, 1), len(events), attempt(s.recv, 1)") == (
        IN | ERR | HUP,
        0,
        ECONNRESET,
    )
    repl.board.wait_for(lambda chip: not chip.stack.pcbs)


def test_blocking_connect_and_its_timeout(repl: Programs, peer: Peer):
    there = f'("{ADDRESS}", 1883)'
    repl.run("s = socket.socket()")
    assert repl.value(f"s.connect({there}), s.send(b'x')") == (None, 1)
    peer.accept().close()
    assert repl.value(f'attempt(socket.socket().connect, ("{ADDRESS}", 1884))') == ECONNRESET
    repl.board.chip.stack.hosts.silent = {ADDRESS}
    repl.run("s.close(); s = socket.socket(); s.settimeout(0.3); start = time.ticks_ms()")
    assert repl.value(f"attempt(s.connect, {there})") == ETIMEDOUT
    assert 300 <= repl.value("time.ticks_diff(time.ticks_ms(), start)") < 3000
    assert repl.value(f"attempt(s.connect, {there}), asked(s)") == (EALREADY, 0)
    repl.board.chip.stack.syn_interval = 0.05
    assert repl.value(f"attempt(socket.socket().connect, {there})") == ECONNABORTED


def test_host_must_be_a_dotted_address(repl: Programs):
    repl.run("s = socket.socket()")
    for host in ("broker.lan", "1.2.3.4.5", "256.1.1.1", "1.2.3.x", "localhost"):
        assert repl.value(f'attempt(s.connect, ("{host}", 1883))') == "invalid arguments"
        assert repl.value(f'attempt(s.bind, ("{host}", 1883))') == "invalid arguments"
    repl.run("s.close()")
    assert repl.value(f'attempt(s.connect, ("{ADDRESS}", 1883))') == EBADF


def test_nothing_of_the_pc_is_reached(repl: Programs, peer: Peer):
    peer.listener.settimeout(0.5)
    for host in ("127.0.0.1", "192.168.1.42", "192.168.1.6", "8.8.8.8", "0.0.0.0", ""):
        repl.run(OPEN.replace(ADDRESS, host).replace("1883", str(peer.port)))
        assert repl.value("wait(s, 5, 100)") == 0, host
        repl.run("s.close()")
    with pytest.raises(TimeoutError):
        peer.accept()
    peer.listener.settimeout(10)


def test_outgoing_connection_is_one_of_the_five(repl: Programs, peer: Peer):
    repl.board.chip.stack.hosts.silent = {ADDRESS}
    repl.run(OPEN)
    assert repl.board.do(lambda chip: chip.stack.active_pcbs) == 1
    repl.run("s.close()")
    assert repl.board.do(lambda chip: chip.stack.active_pcbs) == 0


def test_without_wifi_there_is_no_route(repl: Programs):
    repl.run("w = network.WLAN(0); w.disconnect()")
    repl.board.wait_for(lambda chip: not chip.stack.link_up)
    repl.run(OPEN)
    assert repl.value("begun, asked(s)") == (EHOSTUNREACH, OUT | HUP)
    repl.run("w.connect()")
    repl.board.wait_for(lambda chip: chip.stack.link_up)
    repl.run(f'attempt(s.connect, ("{ADDRESS}", 1883))')
    assert repl.value("wait(s)") == OUT

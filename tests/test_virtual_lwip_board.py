"""The virtual board's TCP: ports used again, resets, WiFi that goes away."""

from tests.lwip_rig import EADDRINUSE, EAGAIN, EBADF, ENOMEM, HTTP, error, until
from tests.lwip_rig import with_board as on_board
from tools.virtual_board.tcp import network, pcb


def test_a_port_is_free_again_only_for_those_who_say_reuse(monkeypatch):
    monkeypatch.setattr(network, "TIME_WAIT", 0.2)

    async def test(board):
        stack = board.stack
        client, sid = await board.pair()
        second = stack.socket()
        assert error(stack.bind, second, HTTP) == EADDRINUSE
        stack.reuse(second)
        stack.bind(second, HTTP)
        assert error(stack.listen, second, 4) == ENOMEM
        stack.close(second)
        stack.close(board.listener)
        second = stack.socket()
        assert error(stack.bind, second, HTTP) == EADDRINUSE
        stack.close(sid)
        client.sock.close()
        await until(lambda: stack.active_pcbs == 0)
        assert error(stack.bind, second, HTTP) == EADDRINUSE
        board.listener = board.listen()
        await board.pair()
        stack.close(board.listener)
        stack.power_off()
        second = stack.socket()
        stack.bind(second, HTTP)

    on_board(test)


def test_reuse_does_not_help_while_connections_without_it_live():
    async def test(board):
        board.stack.close(board.listener)
        board.listener, new = board.stack.socket(), board.stack.socket()
        board.stack.bind(board.listener, HTTP)
        board.stack.listen(board.listener, 4)
        client, sid = await board.pair()
        board.stack.close(board.listener)
        board.stack.reuse(new)
        assert error(board.stack.bind, new, HTTP) == EADDRINUSE
        board.stack.close(sid)
        client.sock.close()
        await until(lambda: not error(board.stack.bind, new, HTTP), seconds=3)  # TIME_WAIT is 5

    on_board(test)


def test_time_wait_ends(monkeypatch):
    monkeypatch.setattr(network, "TIME_WAIT", 0.05)

    async def test(board):
        client, sid = await board.pair()
        board.stack.close(board.listener)
        board.stack.close(sid)
        client.sock.close()
        await until(lambda: board.stack.active_pcbs == 0)
        second = board.stack.socket()
        await until(lambda: not error(board.stack.bind, second, HTTP))

    on_board(test)


def test_a_soft_reset_closes_every_socket_and_finishes_what_is_under_way():
    async def test(board):
        client, sid = await board.pair()
        board.stack.send(sid, b"bye")
        board.stack.reset()
        assert board.stack.open_sockets == 0
        assert board.stack.active_pcbs == 1
        assert error(board.stack.send, sid, b"x") == EBADF
        board.listener = board.listen()
        await until(client.end)
        assert (client.got, client.ended) == (b"bye", "FIN")
        client.sock.close()
        await until(lambda: board.stack.active_pcbs == 0)
        await board.pair()

    on_board(test)


def test_a_power_cut_tells_no_client_of_it_and_keeps_none_that_has_left():
    async def test(board):
        (client, _), (other, _) = await board.pair(), await board.pair()
        waiting = board.client()
        await until(lambda: len(board.events) == 3)
        board.stack.power_off()
        assert (board.stack.active_pcbs, board.stack.open_sockets) == (0, 0)
        board.listener = board.listen()
        for silent in (client, waiting):
            silent.send(b"x")
        other.sock.close()
        await until(lambda: board.stack.silent == 2)
        await board.pair()
        assert client.end() == waiting.end() == ""

    on_board(test)


def test_without_wifi_nothing_moves_and_afterwards_all_goes_on(monkeypatch):
    monkeypatch.setattr("tools.virtual_board.tcp.syn.SYN_RETRIES", (0.02, 0.02, 0.02, 60))

    async def test(board):
        client, sid = await board.pair()
        board.stack.link(False)
        assert board.stack.send(sid, b"answer") == 6
        client.send(b"request")
        late = board.client()
        late.send(b"new")
        await until(lambda: board.stack.dropped_syns == 2)
        assert client.read() == b""
        assert error(board.stack.recv, sid, 99) == EAGAIN
        board.stack.link(True)
        await until(lambda: client.read() == b"answer")
        assert await board.receive(sid, 7) == b"request"
        assert await board.receive(await board.accept(), 3) == b"new"

    on_board(test)


def test_what_ends_without_wifi_is_told_when_it_is_back(monkeypatch):
    monkeypatch.setattr(pcb, "CLOSE_TIMEOUT", 0.05)

    async def test(board):
        given_up, sid = await board.pair()
        gone, other = await board.pair()
        board.stack.link(False)
        board.stack.close(sid)
        gone.reset()
        await until(lambda: board.stack.active_pcbs == 1)
        assert not given_up.end()
        assert not board.stack.poll(other) & 8
        board.stack.link(True)
        await until(given_up.end)
        assert given_up.ended == "RST"
        assert board.stack.poll(other) & 8

    on_board(test)

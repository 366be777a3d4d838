"""The virtual board's TCP: ports, connections that come, calls that fail."""

import asyncio
import socket
import subprocess
import sys

import pytest

from tests.lwip_rig import EAGAIN, EBADF, EINVAL, ENOTCONN, error, until
from tests.lwip_rig import with_board as on_board
from tools.virtual_board.tcp import listener as listener_module
from tools.virtual_board.tcp import syn
from tools.virtual_board.tcp.lwip import Stack


def test_a_port_that_is_taken_is_named_and_none_stays_taken():
    async def run():
        loop = asyncio.get_running_loop()
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            number = other.getsockname()[1]
            free = listener_module._free_port("127.0.0.1")
            with pytest.raises(OSError, match=f"port {number} on 127.0.0.1: in use"):
                Stack(loop, {80: free, 8266: number}, print)
        Stack(loop, {80: free, 8266: number}, print).close_ports()

    asyncio.run(run())


def test_two_boards_cannot_share_a_port_even_while_one_reboots():
    async def test(board):
        take = "from tools.virtual_board.tcp.lwip import Stack; import asyncio, sys; "
        take += "Stack(asyncio.new_event_loop(), {80: int(sys.argv[1])}, print)"
        command = [sys.executable, "-c", take, str(board.port)]
        for end in (lambda: None, board.stack.reset, board.stack.power_off):
            end()
            result = subprocess.run(command, capture_output=True, text=True)
            assert "in use" in result.stderr

    on_board(test)


def test_connections_are_refused_until_the_firmware_listens_again():
    async def test(board):
        for end in (board.stack.reset, board.stack.power_off):
            end()
            with pytest.raises(ConnectionRefusedError):
                board.client()
            board.listener = board.listen()
            await board.pair()

    on_board(test)


def test_a_sixth_connection_waits_until_one_of_five_is_free(monkeypatch):
    monkeypatch.setattr(syn, "SYN_RETRIES", (0.05, 0.1, 0.2, 60))

    async def test(board):
        pairs = [await board.pair() for _ in range(5)]
        sixth = board.client()
        sixth.send(b"hello")
        await until(lambda: board.stack.dropped_syns == 2)
        assert board.stack.active_pcbs == 5
        assert not board.stack.poll(board.listener)
        pairs[0][0].sock.close()
        await until(lambda: board.stack.poll(pairs[0][1]) & 1)
        assert board.stack.recv(pairs[0][1], 1) == b""
        board.stack.close(pairs[0][1])
        assert await board.receive(await board.accept(), 5) == b"hello"

    on_board(test)


def test_a_connection_that_finds_no_place_is_reset_and_one_that_left_is_forgotten(monkeypatch):
    monkeypatch.setattr(syn, "SYN_RETRIES", (0.02, 0.02, 0.02, 0.02))

    async def test(board):
        pairs = [await board.pair() for _ in range(5)]
        left, stays = board.client(), board.client()
        left.sock.close()
        await until(stays.end)
        assert stays.ended == "RST"
        assert board.stack.dropped_syns == 2 + 3
        board.stack.close(pairs[0][1])
        assert board.events == 5 * [board.listener]

    on_board(test)


@pytest.mark.parametrize("backlog, slots", [(4, 4), (2, 2), (1, 1), (0, 1)])
def test_the_accept_queue_overflows_with_a_reset_and_no_event(backlog, slots):
    async def test(board):
        clients = [board.client() for _ in range(slots + 1)]
        await until(clients[-1].end)
        assert clients[-1].ended == "RST"
        assert board.stack.refused == 1
        assert board.events == slots * [board.listener]
        assert not any(client.end() for client in clients[:-1])

    on_board(test, backlog)


def test_a_client_that_resets_in_the_accept_queue_leaves_an_event_and_nothing_to_accept():
    async def test(board):
        client = board.client()
        await until(lambda: board.events)
        client.reset()
        assert error(board.stack.accept, board.listener) == EAGAIN
        assert board.stack.active_pcbs == 0

    on_board(test)


def test_calls_on_the_wrong_socket_fail_as_on_the_chip():
    async def test(board):
        new = board.stack.socket()
        assert error(board.stack.accept, new) == EINVAL
        assert error(board.stack.recv, board.listener, 1) == ENOTCONN
        assert error(board.stack.send, new, b"x") == ENOTCONN
        assert board.stack.poll(new) & 16
        board.stack.close(new)
        board.stack.close(new)
        for call in (board.stack.accept, board.stack.nodelay, board.stack.reuse):
            assert error(call, new) == EBADF
        assert error(board.stack.recv, new, 1) == EBADF
        assert board.stack.poll(new) == 32

    on_board(test)

"""The virtual board's TCP: what goes out, and that nothing stays."""

import asyncio
import os
import socket

from tests.lwip_rig import EAGAIN, ENOMEM, error, until
from tests.lwip_rig import with_board as on_board
from tools.virtual_board.tcp import send_buffer


def test_send_takes_what_the_buffer_holds_and_more_after_a_round_trip():
    async def test(board):
        client, sid = await board.pair()
        assert board.stack.send(sid, bytes(3000)) == 1072
        assert error(board.stack.send, sid, b"x") == EAGAIN
        assert not board.stack.poll(sid) & 4
        await until(lambda: board.stack.poll(sid) & 4)
        assert board.stack.send(sid, b"") == 0
        assert board.stack.send(sid, bytes(3000)) == 1072
        await until(lambda: len(client.read()) == 2144)

    on_board(test)


def test_room_comes_back_for_what_has_had_its_round_trip(monkeypatch):
    async def test(board):
        _, sid = await board.pair()
        board.stack.send(sid, bytes(536))
        monkeypatch.setattr(send_buffer, "ACK_TIME", 1)
        board.stack.send(sid, bytes(536))
        await until(lambda: board.stack.poll(sid) & 4)
        assert board.stack.send(sid, bytes(1072)) == 536

    on_board(test)


def test_a_short_last_segment_waits_for_an_acknowledgement_unless_told_not_to():
    async def test(board):
        for nodelay, at_once in ((False, 536), (True, 600)):
            client, sid = await board.pair()
            if nodelay:
                board.stack.nodelay(sid)
            board.stack.send(sid, bytes(600))
            assert len(client.read()) == at_once
            board.stack.close(sid)  # does not hurry it
            assert len(client.read()) == at_once
            await until(client.end)
            assert (len(client.got), client.ended) == (600, "FIN")

    on_board(test)


def test_small_writes_run_out_of_pbufs_without_nagle_and_share_them_with_it():
    async def test(board):
        client, sid = await board.pair()
        assert [board.stack.send(sid, b"x") for _ in range(1072)] == 1072 * [1]
        await until(lambda: len(client.read()) == 1072)
        client, sid = await board.pair()
        board.stack.nodelay(sid)
        assert [board.stack.send(sid, b"x") for _ in range(8)] == 8 * [1]
        assert error(board.stack.send, sid, b"x") == ENOMEM
        await until(lambda: not error(board.stack.send, sid, b"x"))
        await until(lambda: len(client.read()) == 9)

    on_board(test)


def test_a_client_that_does_not_read_stalls_the_sender_until_it_reads():
    async def test(board):
        client, sid = await board.pair(receive_buffer=2048)
        sent = 0
        while board.stack.pcbs[0].send_buffer.waiting is False:
            if board.stack.poll(sid) & 4:
                sent += board.stack.send(sid, bytes(1072))
            await asyncio.sleep(0)
        while not error(board.stack.send, sid, b"x"):
            sent += 1
        await asyncio.sleep(5 * send_buffer.ACK_TIME)  # in which nothing may happen
        assert error(board.stack.send, sid, b"x") == EAGAIN
        await until(lambda: len(client.read()) == sent)
        await until(lambda: board.stack.poll(sid) & 4)

    on_board(test)


def test_a_fin_is_the_end_of_data_but_answers_still_go_out():
    async def test(board):
        client, sid = await board.pair()
        client.send(b"GET")
        client.sock.shutdown(socket.SHUT_WR)
        await until(lambda: len(board.events) == 3)
        assert board.stack.recv(sid, 99) + board.stack.recv(sid, 99) == b"GET"
        assert board.stack.poll(sid) == 1 + 4
        board.stack.send(sid, b"answer")
        board.stack.close(sid)
        await until(client.end)
        assert (client.got, client.ended) == (b"answer", "FIN")
        await until(lambda: board.stack.active_pcbs == 0)

    on_board(test)


def test_a_thousand_connections_leave_nothing_behind():
    async def test(board):
        client, sid = await board.pair()
        board.stack.close(sid)
        client.sock.close()
        await until(lambda: board.stack.active_pcbs == 0)
        files = len(os.listdir("/proc/self/fd"))
        for n in range(1000):
            client, sid = await board.pair()
            if n % 3:
                client.send(b"x")
            if n % 5:
                await until(lambda sid=sid: board.stack.send(sid, b"y"))
            if n % 2:
                client.reset()
            else:
                client.sock.close()
            board.stack.close(sid)
            await until(lambda: board.stack.active_pcbs == 0)
        assert board.stack.open_sockets == 1
        assert len(os.listdir("/proc/self/fd")) == files
        assert all(event < 128 for event in board.events)

    on_board(test)

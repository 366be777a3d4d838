"""The virtual board's TCP: how close() ends a connection."""

import pytest

from tests.lwip_rig import ECONNRESET, error, until
from tests.lwip_rig import with_board as on_board
from tools.virtual_board.tcp import pcb


@pytest.mark.parametrize("size", [1, 537, 1071])
def test_a_response_and_a_close_arrive_whole_and_the_client_frees_the_place(size):
    async def test(board):
        client, sid = await board.pair()
        client.send(b"GET")
        await board.receive(sid, 3)
        assert board.stack.send(sid, bytes(size)) == size
        board.stack.close(sid)
        await until(client.end)
        assert (len(client.got), client.ended) == (size, "FIN")
        assert board.stack.active_pcbs == 1
        client.sock.close()
        await until(lambda: board.stack.active_pcbs == 0)
        assert board.stack.aborted == 0

    on_board(test)


def test_a_close_behind_a_full_send_buffer_frees_the_place_at_once_with_a_reset():
    async def test(board):
        client, sid = await board.pair()
        assert board.stack.send(sid, bytes(1072)) == 1072
        board.stack.close(sid)
        assert board.stack.active_pcbs == 0
        assert board.stack.aborted == 1
        await until(client.end)
        assert client.ended == "RST"

    on_board(test)


def test_a_fin_that_joins_a_waiting_segment_needs_no_room():
    async def test(board):
        client, sid = await board.pair()
        assert board.stack.send(sid, bytes(500)) + board.stack.send(sid, bytes(600)) == 1072
        board.stack.close(sid)
        await until(client.end)
        assert (len(client.got), client.ended) == (1072, "FIN")

    on_board(test)


def test_a_close_with_request_bytes_unread_resets_and_loses_what_was_not_sent():
    async def test(board):
        client, sid = await board.pair()
        client.send(b"GET / and a body that nobody reads")
        await until(lambda: board.stack.poll(sid) & 1)
        board.stack.recv(sid, 5)
        board.stack.send(sid, bytes(600))
        board.stack.close(sid)
        assert board.stack.active_pcbs == 0
        await until(client.end)
        assert client.ended == "RST"
        assert len(client.got) < 600

    on_board(test)


def test_data_after_the_close_is_answered_with_a_reset():
    async def test(board):
        client, sid = await board.pair()
        board.stack.send(sid, b"408")
        board.stack.close(sid)
        await until(client.end)
        client.send(b"too late")
        await until(lambda: board.stack.active_pcbs == 0)
        assert board.stack.aborted == 1

    on_board(test)


def test_a_client_that_never_closes_keeps_its_place_until_the_timeout(monkeypatch):
    monkeypatch.setattr(pcb, "CLOSE_TIMEOUT", 0.1)

    async def test(board):
        client, sid = await board.pair()
        board.stack.close(sid)
        await until(client.end)
        assert client.ended == "FIN"
        assert board.stack.active_pcbs == 1
        await until(lambda: board.stack.active_pcbs == 0)
        assert error(client.sock.send, b"x") in (0, ECONNRESET, 32)
        assert board.stack.aborted == 1

    on_board(test)


@pytest.mark.parametrize("backlog, kept", [(4, 0), (1, 1)])
def test_closing_a_listener_resets_those_who_wait_unless_there_is_one_slot(backlog, kept):
    async def test(board):
        client = board.client()
        await until(lambda: board.events)
        board.stack.close(board.listener)
        assert board.stack.active_pcbs == kept
        client.sock.setblocking(False)
        if kept:
            client.reset()
            await until(lambda: board.stack.active_pcbs == 0)
        else:
            await until(client.end)
            assert client.ended == "RST"

    on_board(test, backlog)

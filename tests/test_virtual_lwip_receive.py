"""The virtual board's TCP: what comes in."""

import asyncio
import socket

import pytest

from tests.lwip_rig import EAGAIN, EBADF, ECONNRESET, ENOTCONN, error, until
from tests.lwip_rig import with_board as on_board
from tools.virtual_board.tcp import pcb


def test_events_come_for_the_listener_each_segment_and_the_fin_but_are_not_inherited():
    async def test(board):
        client = board.client()
        await until(lambda: board.events)
        assert board.events == [board.listener]
        sid, _ = board.stack.accept(board.listener)
        client.send(b"unheard")
        await until(lambda: board.stack.poll(sid) & 1)
        board.stack.set_event(sid, True)
        for _ in range(20):
            client.send(b"x")
        client.sock.shutdown(socket.SHUT_WR)
        await until(lambda: len(board.events) == 22)
        assert board.events == [board.listener] + 21 * [sid]
        assert board.stack.recv(sid, 99) == b"unheard"
        assert [board.stack.recv(sid, 99) for _ in range(22)] == 20 * [b"x"] + [b"", b""]

    on_board(test)


def test_recv_gives_the_rest_of_the_first_segment_only():
    async def test(board):
        client, sid = await board.pair()
        client.send(b"a" * 536 + b"b" * 64)
        await until(lambda: len(board.events) == 3)
        assert board.stack.recv(sid, 2, peek=True) == b"aa"
        assert board.stack.recv(sid, 530) == b"a" * 530
        assert board.stack.recv(sid, 530) == b"a" * 6
        assert board.stack.recv(sid, 530) == b"b" * 64
        assert error(board.stack.recv, sid, 530) == EAGAIN

    on_board(test)


def test_segments_that_arrive_together_are_counted_one_by_one():
    async def test(board):
        client, sid = await board.pair()
        client.send(bytes(1200))
        client.send(bytes(10))
        await board.receive(sid, 1210)
        assert board.events[1:] == 4 * [sid]

    on_board(test)


def test_a_sender_stalls_at_the_window_and_nothing_is_lost():
    async def test(board):
        client, sid = await board.pair()
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
        data = bytes(i * i % 251 for i in range(40_000))
        window = board.stack.pcbs[0].receive_window
        client.send(data[:100])
        await until(lambda: window.unread == 100)
        writer = asyncio.create_task(
            asyncio.get_running_loop().sock_sendall(client.sock, data[100:])
        )
        await until(lambda: window.unread >= 2144)
        assert window.unread == 2144
        assert not writer.done()
        assert await board.receive(sid, len(data)) == data
        await writer

    on_board(test)


def test_a_fin_before_accept_is_lost_for_ever():
    async def test(board):
        board.client().sock.close()
        sid = await board.accept()
        other, data = await board.pair()
        other.send(b"later")
        await board.receive(data, 5)
        assert error(board.stack.recv, sid, 1) == EAGAIN
        assert board.stack.poll(sid) == 4
        assert board.stack.active_pcbs == 2
        board.stack.close(sid)
        await until(lambda: board.stack.active_pcbs == 1)

    on_board(test)


def test_a_request_that_beats_a_prompt_accept_is_there_at_once(monkeypatch):
    for name in ("GRACE", "FAST_TIMER", "RETRANSMISSION"):
        monkeypatch.setattr(pcb, name, 1e6)

    async def test(board):
        board.client().send(b"GET")
        assert await board.receive(await board.accept(), 3) == b"GET"

    on_board(test)


@pytest.mark.parametrize("never", ["FAST_TIMER", "RETRANSMISSION"])
def test_refused_data_comes_with_a_timer_or_with_the_next_segment(never, monkeypatch):
    monkeypatch.setattr(pcb, never, 1e6)

    async def test(board):
        client = board.client()
        client.send(b"GET")
        await until(lambda: board.stack.pcbs and board.stack.pcbs[0].receive_window.refused)
        sid = await board.accept()
        if never == "FAST_TIMER":
            client.send(b"/")
        assert await board.receive(sid, 3) == b"GET"

    on_board(test)


def test_data_before_a_late_accept_comes_later_but_whole_and_with_its_fin():
    async def test(board):
        client = board.client()
        client.send(b"first" * 100)
        client.send(b"second" * 50)
        client.sock.shutdown(socket.SHUT_WR)
        await until(lambda: board.stack.pcbs and board.stack.pcbs[0].receive_window.refused)
        sid = await board.accept()
        assert error(board.stack.recv, sid, 1) == EAGAIN
        assert await board.receive(sid, 800) == b"first" * 100 + b"second" * 50
        await until(lambda: board.stack.poll(sid) & 1)
        assert board.stack.recv(sid, 1) == b""
        assert board.events == [board.listener] + 3 * [sid]

    on_board(test)


def test_a_reset_gives_no_event_and_what_came_before_it_can_be_read():
    async def test(board):
        client, sid = await board.pair()
        client.send(b"last words")
        await until(lambda: len(board.events) == 2)
        client.reset()
        await until(lambda: board.stack.poll(sid) == 1 + 4 + 8 + 16)
        assert board.stack.active_pcbs == 0
        assert board.stack.recv(sid, 99) == b"last words"
        assert error(board.stack.recv, sid, 99) == ECONNRESET
        assert board.stack.poll(sid) == 1 + 16
        assert len(board.events) == 2
        board.stack.close(sid)

    on_board(test)


def test_a_reset_behind_a_full_window_or_a_fin_is_noticed():
    async def test(board):
        client, full = await board.pair()
        while not error(client.sock.send, bytes(536)):
            await asyncio.sleep(0)
        other, half = await board.pair()
        other.sock.shutdown(socket.SHUT_WR)
        await until(lambda: board.stack.poll(half) & 1)
        client.reset()
        other.reset()
        await until(lambda: board.stack.active_pcbs == 0)
        assert board.stack.poll(full) & board.stack.poll(half) & 8

    on_board(test)


def test_misuse_after_a_reset_is_counted():
    async def test_misuse(board):
        client, sid = await board.pair()
        client.reset()
        await until(lambda: board.stack.poll(sid) & 8)
        assert error(board.stack.nodelay, sid) == EBADF
        assert error(board.stack.recv, sid, 1) == ECONNRESET
        assert error(board.stack.send, sid, b"x") == ENOTCONN
        assert error(board.stack.recv, sid, 1) == ENOTCONN
        assert board.stack.misuse == 3
        board.stack.close(sid)

    on_board(test_misuse)

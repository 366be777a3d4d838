"""Before a restart by the tools the board takes its name back, and says nothing behind that."""

import pytest
from mdns_cases import UNICAST, message, question
from mdns_rig import GROUP, Board
from zeroconf import DNSIncoming

ASK = message([question(flag=UNICAST)])


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


def test_zeroconf_forgets_all_that_it_was_told_of_the_board(board):
    board.own()
    board.mdns.leave()
    ((data, to),) = board.socket.sent
    records = DNSIncoming(data).answers()
    assert to == GROUP and {record.ttl for record in records} == {0}
    names = {record.name for record in records}
    assert names == {"lamp.local.", "_http._tcp.local.", "lamp._http._tcp.local."}


def test_behind_the_goodbye_nothing_calls_the_name_back(board):
    board.own()
    board.hear(message([question()]))  # which is answered a little later
    board.mdns.leave()
    assert board.server.sources == board.server.jobs == []


def test_a_name_that_is_not_the_boards_yet_is_not_taken_back(board):
    board.wait(600)
    board.mdns.leave()
    assert not board.socket.sent and board.server.jobs == []

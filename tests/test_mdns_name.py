"""Under which name the board is on the network, if others want that name too."""

import pytest
from mdns_cases import (
    ANY,
    FIRST,
    HOST,
    IP,
    OTHER,
    RESPONSE,
    A,
    message,
    question,
    record,
)
from mdns_rig import PHONE, TAKEN, Board, kinds

from device import mdns_message


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


@pytest.fixture
def owner(board):
    """A board whose name is its own."""
    board.own()
    return board


def test_a_name_that_is_taken_gets_a_number_and_the_page_may_be_asked_for_by_it(board):
    for number in (2, 3):
        board.wait(400)
        host = HOST if number == 2 else b"\6lamp-2\5local\0"
        assert board.hear(message(answers=[record(host)], flags=RESPONSE)) == []
        assert board.name() is None
    sent = board.wait(4000)
    assert sent[0][0] >= 1000 and b"\6lamp-3\5local\0" in sent[0][1]
    assert board.name() == "lamp-3.local"
    for host in ("lamp-3.local", "lamp.local", "lamp", "localhost"):
        assert board.access.is_local(host)
    assert not board.access.is_local("lamp-2.local")


def test_after_99_conflicts_the_plain_name_has_another_chance(board):
    for number in range(99):
        board.wait(1300 if number else 400)
        name = b"%c%s\5local\0" % (len(board.mdns._name), board.mdns._name.encode())
        board.hear(message(answers=[record(name)], flags=RESPONSE))
    board.own()
    assert board.name() == "lamp.local"


def test_an_owner_whose_name_somebody_else_uses_probes_again_and_keeps_it_if_they_are_silent(
    owner,
):
    owner.hear(TAKEN)
    assert owner.name() is None
    sent = kinds(owner.wait(4000))
    assert [probe for _, probe in sent] == [True] * 3 + [False] * 2
    assert owner.name() == "lamp.local"


def test_an_owner_gives_the_name_up_if_the_other_insists(owner):
    owner.hear(TAKEN)
    owner.wait(1100)
    owner.hear(TAKEN)
    owner.own()
    assert owner.name() == "lamp-2.local"


def test_an_answer_from_another_port_takes_no_name(owner):
    owner.hear(TAKEN, ("192.168.1.20", 40000))
    assert owner.name() == "lamp.local"


def test_of_two_that_probe_at_the_same_time_the_one_with_the_smaller_address_waits(board):
    board.wait(400)
    board.hear(message([question(kind=ANY)], authority=[record(FIRST, A, OTHER)]))
    sent = board.wait(4000)
    assert sent[0][0] >= 1000 and board.name() == "lamp.local"


def test_of_two_that_probe_at_the_same_time_the_one_with_the_greater_address_goes_on(board):
    board.wait(400)
    smaller = IP[:3] + b"\1"
    board.hear(message([question(kind=ANY)], authority=[record(FIRST, A, smaller)]))
    assert board.wait(500)[0][0] <= 250


def test_an_owner_defends_its_name_against_a_probe(owner):
    probe = message([question(kind=ANY)], authority=[record(FIRST, A, OTHER)])
    assert owner.hear(probe) == [(mdns_message.answer(1), PHONE)]
    assert owner.name() == "lamp.local"

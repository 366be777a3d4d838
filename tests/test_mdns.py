"""When the board speaks on the network, and to whom."""

import network
import pytest
from mdns_cases import HOST, HTTP, PTR, UNICAST, A, message, question, record
from mdns_rig import GROUP, PHONE, TAKEN, Board, kinds

from device import mdns_message

ASK = message([question()])
FAR = ("203.0.113.5", 5353)


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


@pytest.fixture
def owner(board):
    """A board whose name is its own."""
    board.own()
    return board


def test_the_name_is_probed_three_times_and_then_announced_twice(board):
    assert board.name() is None
    sent = kinds(board.wait(5000))
    times = [ms for ms, _ in sent]
    assert [probe for _, probe in sent] == [True] * 3 + [False] * 2
    assert 0 <= times[0] <= 260
    assert [b - a for a, b in zip(times, times[1:])] == [250, 250, 250, 1000]
    assert board.name() == "lamp.local"


def test_boards_that_get_power_at_the_same_time_do_not_probe_at_the_same_time(monkeypatch):
    assert len({Board(monkeypatch).wait(400)[0][0] for _ in range(8)}) > 1


def test_announcements_go_on_as_questions_may_get_lost(owner):
    times = [ms for ms, probe in kinds(owner.wait(200_000)) if not probe]
    assert [b - a for a, b in zip(times, times[1:])] == [60_000] * 2


def test_the_network_hears_again_and_again_that_the_board_wants_what_is_sent_to_all(owner):
    joins = owner.socket.joins
    owner.wait(120_000)
    assert owner.socket.joins == joins + 2


def test_nobody_is_answered_before_the_name_is_the_board_s(board):
    board.wait(600)
    assert board.hear(ASK) == board.hear(ASK, ("192.168.1.20", 40000)) == []
    assert all(probe for _, probe in kinds(board.wait(100)))


def test_a_question_of_all_is_answered_to_all_within_25_ms_but_once_a_second(owner):
    for _ in range(3):
        assert owner.hear(ASK) == []
    ((ms, data, to),) = owner.wait(900)
    assert (ms, to) == (0, GROUP) and data == mdns_message.answer(1)
    assert owner.hear(ASK) == []
    ((ms, *_),) = owner.wait(900)
    assert ms == 100


def test_answers_that_other_boards_may_give_too_come_after_a_random_pause(owner):
    waits = set()
    for _ in range(8):
        owner.hear(message([question(HTTP, PTR)]))
        owner.wait(10)
        owner.hear(message([question(HTTP, PTR)]))
        ((ms, data, _),) = owner.wait(3000)
        assert 20 <= ms + 10 <= 100 and data == mdns_message.answer(4)
        waits.add(ms)
    assert len(waits) > 1


def test_who_wants_the_answer_for_itself_gets_it_at_once(owner):
    for flag, authority in ((UNICAST, []), (1, [record(kind=16)])):
        data = message([question(flag=flag)], authority=authority)
        assert owner.hear(data) == [(mdns_message.answer(1), PHONE)]
    assert not owner.wait(500)


def test_a_plain_dns_client_gets_an_answer_of_its_own(owner):
    peer = ("192.168.1.20", 40000)
    data = message([question()], number=77)
    assert owner.hear(data, peer) == [(mdns_message.answer(1, data), peer)]


def test_what_comes_from_outside_the_network_gets_no_answer_and_takes_no_name(owner):
    assert owner.hear(ASK, FAR) == owner.hear(message([question(flag=UNICAST)]), FAR) == []
    assert owner.hear(TAKEN, FAR) == []
    assert not owner.wait(1000) and owner.name() == "lamp.local"


def test_a_new_address_is_announced(owner, monkeypatch):
    joins = owner.socket.joins
    new = ("192.168.1.99", "255.255.255.0", "0.0.0.0", "0.0.0.0")
    monkeypatch.setattr(network.WLAN, "ifconfig", lambda self: new)
    sent = owner.wait(5000)
    assert (
        len(sent) == 5 and record(HOST, A, bytes([192, 168, 1, 99]), 120, UNICAST) in sent[-1][1]
    )
    assert owner.socket.joins > joins


def test_without_wifi_nothing_is_sent_and_with_it_the_name_is_back(owner):
    network.station["since"] = None
    owner.wait(1000)
    assert not owner.wait(100_000) and owner.name() is None
    assert owner.hear(ASK) == []
    joins = owner.socket.joins
    network.WLAN(0).connect()
    owner.wait(1000)
    owner.own()
    assert owner.socket.joins > joins


def test_at_the_access_point_the_board_has_its_name_too(owner):
    network.station["since"] = None
    network.active[1] = True
    owner.wait(1000)
    assert bytes([192, 168, 4, 1]) in owner.wait(4000)[-1][1]
    assert owner.hear(ASK, ("192.168.4.2", 40000))


def test_a_send_that_fails_costs_nothing_but_itself(owner):
    owner.socket.full = True
    owner.hear(ASK)
    assert not owner.wait(500)
    owner.socket.full = False
    owner.hear(ASK)
    assert len(owner.wait(1000)) == 1


def test_of_many_messages_a_sweep_reads_four(owner):
    owner.socket.come = [(message([question(flag=UNICAST)]), PHONE)] * 9
    owner.mdns.turn(False)
    assert len(owner.socket.sent) == 4 and len(owner.socket.come) == 5


def test_firmware_without_events_for_udp_says_what_it_lacks(owner, monkeypatch):
    monkeypatch.setattr(owner.mdns.sys, "implementation", type("", (), {"version": (1, 27, 0)}))
    with pytest.raises(OSError, match=r"it needs MicroPython 1\.28"):
        owner.mdns.start(None)

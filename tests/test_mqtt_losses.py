"""A broker that is not there, refuses, falls silent or goes: the switch notices and comes back."""

import errno

import pytest
from mqtt_rig import CONNACK, Switch, published

PING = b"\xc0\0"


class Urandom:
    """os, whose random byte is 125: waits are as long as they are without jitter."""

    @staticmethod
    def urandom(n):
        return b"\x7d" * n


@pytest.fixture
def switch(monkeypatch):
    switch = Switch(monkeypatch)
    switch.mqtt.os = Urandom
    return switch


def test_a_broker_that_never_answers_is_given_up_after_ten_seconds(switch):
    switch.net.idle(30)
    link = switch.link
    switch.net.idle(9_900)
    assert not link.closed and len(switch.net.links) == 1
    assert 300 < link.polled < 500  # every tick
    switch.net.idle(200)
    assert link.closed and switch.state == "no answer"
    switch.net.idle(1100)
    assert len(switch.net.links) == 2


def test_a_port_where_no_broker_is_is_seen_at_once(switch):
    switch.net.idle(30)
    switch.link.connecting, switch.link.refused_by_peer = False, True
    switch.net.idle(30)
    assert switch.link.closed and not switch.link.sends and switch.state == "no answer"


def test_attempts_are_ever_rarer_up_to_two_minutes(switch):
    switch.net.no_route = True
    started = []
    socket = switch.net.socket

    def note():
        started.append(switch.net.now)
        return socket()

    switch.net.socket = note
    switch.net.idle(800_000)
    waits = [round((b - a) / 1000) for a, b in zip(started, started[1:])]
    assert waits[:10] == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]


@pytest.mark.parametrize(("byte", "least", "most"), [(0, 500, 600), (255, 1500, 1600)])
def test_boards_that_lost_the_same_broker_do_not_come_back_all_at_once(
    switch, monkeypatch, byte, least, most
):
    monkeypatch.setattr(Urandom, "urandom", lambda n: bytes((byte,) * n))
    switch.connect()
    switch.link.eof = True
    switch.net.event(switch.link)
    switch.net.idle(least - 20)
    assert len(switch.net.links) == 1
    switch.net.idle(most - least + 1000)  # a waiting job is called once a second
    assert len(switch.net.links) == 2


def test_a_connection_that_has_worked_starts_over_with_short_waits(switch):
    switch.net.no_route = True
    switch.net.idle(20_000)
    switch.net.no_route = False
    switch.net.idle(20_000)
    switch.connect()
    switch.link.eof = True
    switch.net.event(switch.link)
    switch.net.idle(2100)
    assert len(switch.net.links) == 2


def test_a_wrong_password_is_told_in_words(switch):
    for code, words in (
        (4, "wrong user or password"),
        (5, "wrong user or password"),
        (3, "refused (3)"),
    ):
        links = len(switch.net.links)
        while len(switch.net.links) == links:
            switch.net.idle(100)
        switch.reach()
        switch.come(b"\x20\x02\x00" + bytes((code,)))
        assert switch.state == words and switch.link.closed
        switch.net.idle(300)
        assert switch.state == words


def test_something_else_than_a_broker_is_left(switch):
    switch.reach()
    switch.come(b"HTTP/1.1 400 Bad Request\r\n" + b"X: y\r\n" * 20)
    assert switch.link.closed and switch.state == "connection lost"


def test_a_broker_that_does_not_answer_connect_is_left(switch):
    link = switch.reach()
    switch.net.idle(14_800)
    assert not link.closed
    switch.net.idle(300)
    assert link.closed and switch.state == "no answer"


def test_a_refused_subscription_is_told(switch):
    switch.reach()
    switch.come(CONNACK)
    switch.answer(25)
    switch.come(b"\x90\x04\x00\x01\x80\x00")
    assert switch.state == "connected, but may not subscribe"


def test_a_silent_broker_is_asked_after_20_s_and_left_15_s_later(switch):
    link = switch.connect()
    said = len(link.sends)
    switch.net.idle(19_500)
    assert len(link.sends) == said
    switch.net.idle(1600)
    assert link.sends[said:] == [PING]
    switch.net.idle(13_000)
    assert not link.closed
    switch.net.idle(2600)
    assert link.closed and switch.state == "connection lost"


def test_a_broker_that_answers_is_kept_and_hears_from_us_within_its_keepalive(switch):
    link = switch.connect()
    switch.answer(200_000)
    assert not link.closed and link.sends.count(PING) >= 8


def test_a_loss_that_no_event_tells_is_noticed_within_a_second(switch):
    link = switch.connect()
    link.error = errno.ECONNRESET
    switch.net.idle(1100)
    assert link.closed and switch.state == "connection lost"


def test_after_a_loss_in_the_middle_of_a_packet_the_next_connection_begins_anew(switch):
    switch.connect()
    switch.come(published(b"ON")[:20])
    switch.link.eof = True
    switch.net.event(switch.link)
    switch.net.idle(2100)
    switch.connect()
    switch.come(published(b"ON"))
    assert switch.light.on and switch.state == "connected"


def test_a_full_send_buffer_ends_the_connection(switch):
    link = switch.connect()
    link.unacked = 1050
    switch.light.on = True
    switch.net.idle(1100)
    assert link.closed and switch.state == "connection lost"


def test_for_want_of_memory_nothing_is_lost_but_the_connection(switch):
    link = switch.connect()
    report, switch.api.report = switch.api.report, None
    switch.answer(301_000)
    assert link.closed
    switch.api.report = report
    switch.net.idle(3000)
    switch.connect()
    assert switch.state == "connected" and len(switch.info()) == 1

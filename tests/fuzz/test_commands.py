"""Whatever a broker sends, or comes as the body of PUT /led, no light is on without an end that
was asked for: see commands.py."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.commands import SEEDS, Switch, published
from tests.fuzz.test_requests import few

_SECONDS = st.one_of(st.integers(-1, 100_000), st.sampled_from([0, 1, 86400, 86401, 2**32, 2**64]))
_PAYLOADS = st.one_of(
    st.sampled_from([b"ON", b"OFF", b"TOGGLE", b"on", b"", b"ON ", b"ON 1.5", b"ON 030", b"ON"]),
    _SECONDS.map(lambda seconds: b"ON %d" % seconds),
    st.binary(max_size=40),
)
_KINDS = st.sampled_from([0x30, 0x30, 0x30, 0x31, 0x32, 0x34, 0x38, 0x90, 0xD0, 0x20])
_PACKETS = st.builds(published, _PAYLOADS, _KINDS)
_ODD = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"\x30\x80\1" + b"x" * 128, b"\x30\xff\xff\xff\xff\1", b"\xd0\0"]),
)
_GAPS = st.sampled_from(["", " ", "\t", "\r\n"])


@pytest.fixture(scope="module")
def switch() -> Iterator[Switch]:
    with pytest.MonkeyPatch.context() as patch:
        yield Switch(patch)


@few
@given(st.lists(st.one_of(_PACKETS, _PACKETS, _ODD), max_size=6))
def test_a_broker_s_packets_do_what_they_say_and_no_more(switch, packets):
    switch.mqtt_packets_come(b"".join(packets))


@few
@given(st.lists(_PACKETS, min_size=1, max_size=3), st.data())
def test_no_damaged_packet_does_what_it_does_not_say(switch, packets, more):
    data = b"".join(packets)
    at = more.draw(st.integers(0, len(data)))
    junk = more.draw(st.binary(max_size=3))
    switch.mqtt_packets_come(data[:at] + junk + data[at + more.draw(st.integers(0, 3)) :])


@few
@given(_SECONDS, st.lists(_GAPS, min_size=9, max_size=9), st.booleans())
def test_a_time_that_is_asked_for_is_kept_however_it_is_written(switch, seconds, gaps, turned):
    pairs = [("on", "true"), ("for_s", str(seconds))]
    words = ["{"]
    for name, value in reversed(pairs) if turned else pairs:
        words += [f'"{name}"', ":", value, ","]
    text = "".join(word + gap for word, gap in zip([*words[:-1], "}"], gaps))
    switch.body_comes(text.encode())
    wanted = (True, seconds * 1000) if 0 < seconds <= 86400 else (False, 0)
    assert switch.light == wanted


@few
@given(st.sampled_from(SEEDS["for_s"]), st.data())
def test_no_damaged_body_switches_the_light_on_for_ever(switch, body, more):
    at = more.draw(st.integers(0, len(body)))
    junk = more.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"0", b'"', b",", b"}"])))
    switch.body_comes(body[:at] + junk + body[at + more.draw(st.integers(0, 4)) :])

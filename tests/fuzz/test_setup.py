"""Whatever a phone on the access point sends, DNS and the setup form answer it or refuse it."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from device import setup_form
from tests.fuzz.messages import dns_query, form
from tests.fuzz.test_requests import few

_NAMES = st.lists(st.binary(min_size=1, max_size=63), max_size=5)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)


@st.composite
def _queries(draw):
    """Messages that are questions, or nearly."""
    name = b"".join(bytes((len(label),)) + label for label in draw(_NAMES)) + b"\0"
    head = draw(st.binary(min_size=2, max_size=2)) + draw(
        st.sampled_from([b"\1\0\0\1", b"\0\0\0\1", b"\x81\x80\0\1", b"\1\0\0\2"])
    )
    data = head + bytes(6) + name + draw(st.sampled_from([b"\0\1\0\1", b"\0\x1c\0\1", b"\0"]))
    at = draw(st.integers(0, len(data)))
    return draw(st.sampled_from([data, data[:at], data[:at] + b"\xc0\x0c" + data[at:]]))


@few
@given(st.one_of(_queries(), st.binary(max_size=600)))
def test_dns_answers_what_was_asked_or_nothing(query):
    dns_query(query)


@few
@given(_TEXTS, _TEXTS)
def test_a_form_that_a_browser_sends_is_read_as_it_was_filled_in(ssid, password):
    body = urlencode({"ssid": ssid, "password": password}).encode()
    assert setup_form.fields(body) == {"ssid": ssid, "password": password}
    form(body)


@few
@given(st.one_of(st.binary(max_size=200), st.text("%+=&aF0\xff", max_size=60).map(str.encode)))
def test_no_bytes_are_read_as_another_form_or_harm_the_page(body):
    form(body)

"""Whatever comes over the network, the switch does what it should: see properties.py."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.properties import Switch, examine
from tests.fuzz.strategies import damaged, doubtful, ends, requests, wishes

# The same ones every time; more of them: make fuzz.
few = settings(
    max_examples=70,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@few
@given(requests(), st.data())
def test_no_request_does_what_it_must_not(data, more):
    examine(data, more.draw(ends(len(data) or 1)))


@few
@given(damaged(requests()), st.data())
def test_no_damaged_request_does_what_it_must_not(data, more):
    examine(data, more.draw(ends(len(data) or 1)))


@settings(few, max_examples=150)
@given(doubtful())
def test_no_wish_is_obeyed_that_somebody_else_may_have_made(data):
    examine(data, [len(data) // 2])


@few
@given(st.binary(max_size=60), st.binary(max_size=5))
def test_no_bytes_do_what_they_must_not(data, seam):
    examine(data + seam + data, (len(data), len(data) + len(seam)))


@few
@given(wishes(), st.data())
def test_a_clear_wish_is_obeyed_however_it_comes(wish, more):
    data, on = wish
    response, told = Switch().ask(data, more.draw(ends(len(data))))
    assert (response[:15], told) == (b"HTTP/1.1 200 OK", [on])


@few
@given(wishes())
def test_a_wish_is_not_obeyed_before_all_of_it_has_come(wish):
    data, _ = wish
    assert Switch().ask(data[:-1], range(len(data) - 1)) == (None, [])

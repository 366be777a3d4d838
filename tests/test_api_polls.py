"""What happens again and again, and what should never happen. Runs on CPython and, by
test_core_on_micropython, on MicroPython."""

import gc

from core_cases import CURL, LINES, Api, Client, Light, Pages, mutated, split

from device import api, http

ON, OFF = b'{"on": true}', b'{"on": false}'
JSON = LINES + b"Content-Type: application/json\r\n"


def test_a_known_poll_shows_the_state_of_now_and_nobody_gets_in_by_it():
    client = Client()
    for data in (CURL, bytearray(CURL), memoryview(bytearray(CURL + b"-"))[:-1]):
        client.light.toggle()
        assert client.send(data).endswith(ON if client.light.on else OFF)
        assert client.send(data[:-1]) is None
        for other in (CURL.replace(b"192.168.4.1", b"192.168.4.x"), CURL[1:]):
            assert client.send(other)[9:12] in (b"421", b"501")
    assert client.send(CURL + CURL) == client.send(CURL)


def test_a_repeated_wish_is_no_poll():
    client = Client()
    for told in (1, 2, 3):
        client.light.on = False
        client.ask(b"PUT /led", JSON, b'{"on":true}')
        client.ask(b"HEAD /led")
        assert len(client.light.told) == told and client.light.on


def test_polling_leaves_no_garbage():
    client = Api(Light())
    poll = memoryview(bytearray(CURL + b"-" * 300))[: len(CURL)]
    client.handle(poll)
    if hasattr(gc, "mem_alloc"):  # not on CPython
        gc.collect()
        before = gc.mem_alloc()
        for _ in range(100):
            client.handle(poll)
        assert gc.mem_alloc() == before


def test_two_pollers_are_parsed_once_unless_they_are_long_or_have_a_password_in_them():
    long = CURL[:-2] + b"X: " + b"a" * (512 - len(CURL) - len(b"X: \r\n")) + b"\r\n\r\n"
    secret = CURL[:-2] + b"Authorization: Basic YTpzZWNyZXQ=\r\n\r\n"
    parse, parsed = http.parse, []
    http.parse = lambda data: parsed.append(data) or parse(data)
    try:
        for password, polls, times in (
            ("", (CURL, CURL.replace(b"curl", b"wget")), 2),
            ("", (CURL, long), 2),
            ("", (long.replace(b"X", b"XX"),), 3),
            ("secret", (secret,), 3),
        ):
            client = Client(password=password)
            for on in (True, False, True):
                client.light.on = on
                for poll in polls:
                    assert client.send(poll).endswith(ON if on else OFF)
            assert len(parsed) == times, polls
            parsed.clear()
    finally:
        http.parse = parse


def test_no_bytes_whatever_make_it_raise():
    seeds = (
        CURL,
        b"PUT /led HTTP/1.1\r\n" + JSON + b'Content-Length: 11\r\n\r\n{"on":true}',
        b"POST /toggle HTTP/1.1\r\n" + LINES + b"Authorization: Basic YTpzZWNyZXQ=\r\n\r\n",
        b"GET http://[::1]:80/status?a HTTP/1.1\r\nHost: a\r\nOrigin: null\r\n\r\n",
    )
    for client in (Client(), Client(password="secret", status={"ip": None}, pages=Pages)):
        for data in mutated(seeds, 400):
            response = client.send(data)
            assert response is None or len(response) <= 1071
            if response:
                split(response, data.lstrip().startswith(b"HEAD"))


def test_want_of_memory_is_told_and_costs_nothing_else():
    class Poor(Light):
        def value(self):
            raise MemoryError

    client = Api(Poor())
    assert split(client.handle(CURL))[0] == 503


def test_requests_and_refusals_are_counted():
    api.requests = api.rejected = 0
    client = Client()
    for line in (b"GET /led", b"POST /toggle", b"GET /none", b"HEAD /led"):
        api.rtc_state.settled = True
        api.count(client.send(line + b" HTTP/1.1\r\n" + LINES + b"\r\n")[9])
    api.count(0)  # a client that was lost
    assert (api.requests, api.rejected) == (3, 2)

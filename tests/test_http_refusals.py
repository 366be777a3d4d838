"""What the HTTP parser refuses. Runs on CPython and, by test_core_on_micropython, there."""

from core_cases import BROWSER, CURL, LINES, NUMBERS, SET, check, lines, mutated, parse

from device import http

FIRST_LINES = (
    (b"GET / HTTP/2.0", 505),
    (b"PRI * HTTP/2.0", 505),
    (b"GET / HTTP/0.9", 505),
    (b"GET /", 4001),
    (b"GET", 4001),
    (b"GET / HTTP/1.1 ", 4001),
    (b" GET / HTTP/1.1", 4001),
    (b"GET  / HTTP/1.1", 4001),
    (b"GET / x HTTP/1.1", 4001),
    (b"GET\t/ HTTP/1.1", 4001),
    (b"GET /led\tx HTTP/1.1", 4001),
    (b"GET /led?\t HTTP/1.1", 4001),
    (b"GET /\tHTTP/1.1", 4001),
    (b"GET / http/1.1", 4001),
    (b"GET / HTTP/1", 4001),
    (b"GET / HTTP/1.", 4001),
    (b"GET / HTTP/1.x", 4001),
    (b"GET / HTTP/x.1", 4001),
    (b"GET / HTTP/1.1.", 4001),
    (b"GET / HTTP/11.1", 4001),
    (b"GET / HTTP/1:1", 4001),
    (b"GET / HTTP/1.11", 4001),
    (b"GET / HTTPS/1.1", 4001),
    (b"SSH-2.0-OpenSSH_9.6", 4001),
    (b"G(T / HTTP/1.1", 4001),
    (b"G\xc3\x84T / HTTP/1.1", 4000),
    (b" / HTTP/1.1", 4001),
    (b"get / HTTP/1.1", 5010),
    (b"BREW / HTTP/1.1", 5010),
    (b"CONNECT a:80 HTTP/1.1", 5010),
    (b"OPTIONS * HTTP/1.1", 4001),
    (b"GET led HTTP/1.1", 4001),
    (b"GET https://switch/ HTTP/1.1", 4001),
    (b"GET ftp://switch/ HTTP/1.1", 4001),
)
HEADERS = (
    (b"X\r\n", 4002),
    (b"Hosts\r\n", 4002),
    (b"hostx\r\n", 4002),
    (b": x\r\n", 4002),
    (b" Host: folded\r\n", 4002),
    (b"X: a\r\n folded\r\n", 4002),
    (b"X: a\r\n\tfolded: b\r\n", 4002),
    (b"Content-Length : 5\r\n", 4002),
    (b"Content-Length\t: 5\r\n", 4002),
    (b"Content Length: 5\r\n", 4002),
    (b"X(Y): 5\r\n", 4002),
    (b"\xc3\xa4: 5\r\n", 4000),
    (b"X: \xc3\xa4\r\n", 4000),
    (b"X: \xff\r\n", 4000),
    (b"X: a\nContent-Length: 5\r\n", 4000),
    (b"X: a\rContent-Length: 5\r\n", 4000),
    (b"X: a\r\r\n", 4000),
    (b"\n", 4000),
    (b"X: \0\r\n", 4000),
    (b"X: \x01\r\n", 4000),
    (b"X: \x0b\r\n", 4000),
    (b"X: \x1f\r\n", 4000),
    (b"X: \x7f\r\n", 4000),
    (b"X\0: a\r\n", 4000),
    (LINES, 4003),
    (b"Content-Length: 5\r\nContent-Length: 5\r\n", 4003),
    (b"Origin: http://a\r\nOrigin: http://a\r\n", 4003),
    (b"Content-Length: 5\r\ncontent-length: 6\r\n", 4003),
    (b"Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n", 4003),
    (b"Transfer-Encoding: chunked\r\n", 5011),
    (b"Transfer-Encoding:\r\n", 5011),
    (b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", 5011),
    (b"Content-Length: \r\n", 4005),
    (b"Content-Length: +5\r\n", 4005),
    (b"Content-Length: -5\r\n", 4005),
    (b"Content-Length: 5.0\r\n", 4005),
    (b"Content-Length: 0x5\r\n", 4005),
    (b"Content-Length: 5, 5\r\n", 4005),
    (b"Content-Length: 5 5\r\n", 4005),
    (b"Content-Length: \xb2\r\n", 4000),
    (b"Content-Length: 1_0\r\n", 4005),
    (b"Content-Length: 000000000000000000005\r\n", 4005),
    (b"Content-Length: 1000000000\r\n", 413),
    (b"Content-Length: 18446744073709551616\r\n", 413),
    (b"Content-Length: 1536\r\n", 413),
)


def refused():
    for first, number in FIRST_LINES:
        yield first + b"\r\n" + LINES + b"\r\n", number
    for more, number in HEADERS:
        yield lines(more), number
    yield b"X\r\n\r\n", 4001
    yield b"\r\n\r\n" + CURL, 4001  # one empty line may lead, but not two
    yield b"\n" + CURL, 4000
    yield b"\x16\x03\x01\x02\x00\x01" * 40, 4000  # https:// to the wrong port


def test_what_could_be_read_in_two_ways_is_refused():
    check(refused())


def test_a_refusal_does_not_depend_on_how_the_request_is_cut():
    for data, number in refused():
        for end in range(len(data)):
            assert http.parse(data[:end]) in (None, number), data[:end]


def test_a_wrong_client_need_not_send_its_all_to_be_told():
    for data in (b"GET / HTTP/1.1\n", b"GET / HTTP/1.1\rX", b"\x16\x03", b"\r\r", b"\x80\0"):
        assert parse(data) == 4000, data
    for data in (b"", b"\r", b"\r\n", b"\r\n\r", b"GET / HTTP/1.1\r", b"\t~"):
        assert parse(data) is None, data


def test_no_bytes_whatever_are_read_in_two_ways():
    for data in mutated((CURL, SET, BROWSER, b"\r\n" + CURL), 300):
        whole = parse(data)
        assert whole is None or isinstance(whole, tuple) or whole in NUMBERS, data
        for end in (len(data) // 3, len(data) // 2, len(data) - 1):
            assert http.parse(data[:end]) in (None, whole), data[:end]

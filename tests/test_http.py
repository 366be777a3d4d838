"""What the HTTP parser understands. Runs on CPython and, by test_core_on_micropython, there."""

from core_cases import BROWSER, CURL, LINES, NUMBERS, SET, check, lines, note, parse, split

from device import http

ACCEPT = 8  # as parse() numbers them


def test_what_curl_and_browsers_send_is_understood():
    fields = ["192.168.4.1"] + [None] * 7 + ["*/*", None, None, None, None]
    assert parse(CURL) == ("GET", "/led", b"", fields)
    fields = ["switch", "11"] + [None] * 11
    assert parse(SET) == ("PUT", "/led", b'{"on":true}', fields)
    accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
    kind, origin = "application/x-www-form-urlencoded", "http://192.168.4.1:8080"
    fields = ["192.168.4.1:8080", "0", kind, None, None, origin, "same-origin", None, accept]
    fields += ["gzip, deflate", "keep-alive", None, None]
    assert parse(BROWSER) == ("POST", "/toggle", b"", fields)


def test_a_request_may_come_byte_by_byte():
    for data in (CURL, SET, BROWSER, b"\r\n" + CURL):
        for end in range(len(data)):
            assert parse(data[:end]) is None, data[:end]
        assert isinstance(parse(data), tuple)


def test_who_waits_to_be_told_to_send_the_body_is_told_once():
    head = SET[:-13] + b"Expect: 100-continue\r\n\r\n"
    body = SET[-11:]
    assert parse(head) == 0
    assert parse(head[:-1]) is parse(head + body[:1]) is None
    assert parse(head + body)[2] == body
    assert parse(CURL[:-2] + b"Expect: 100-continue\r\n\r\n")[0] == "GET"
    check([(head.replace(b"11", b"2000"), 413)])


def test_what_follows_a_request_is_not_taken_for_its_part():
    for data in (CURL, SET):
        for more in (b"\0", b"\n", CURL, b"x" * 2000):
            assert parse(data + more) == parse(data)


def test_a_field_is_found_however_it_is_written():
    for line in (b"accept:x", b"ACCEPT: x", b"Accept: \t x \t", b"aCCept:\tx"):
        assert parse(lines(line + b"\r\n"))[3][ACCEPT] == "x", line
    for line in (b"Accept:", b"Accept: \t"):
        assert parse(lines(line + b"\r\n"))[3][ACCEPT] == "", line
    for line in (b"Xaccept: x", b"Accept-X: x", b"Acc: x", b"X: Accept: x"):
        assert parse(lines(line + b"\r\n"))[3][ACCEPT] is None, line
    assert parse(lines(b"Accept: a\r\nAccept: b\r\n"))[3][ACCEPT] == "b"
    odd = b"!#$%&'*+-.^_`|~09azAZ: t\tab  \"(),/:;<=>?@[\\]{}\r\n"
    assert isinstance(parse(lines(odd)), tuple)


def test_queries_and_absolute_addresses_lead_to_the_same_page():
    for target, host, path in (
        (b"/led?a=b?c&d", "switch.local", "/led"),
        (b"/?", "switch.local", "/"),
        (b"http://Other:80/led?x", "Other:80", "/led"),
        (b"HTTP://other", "other", "/"),
        (b"http://other/a//../%2e", "other", "/a//../%2e"),
        (b"http:///led", "", "/led"),
    ):
        method, found, _, fields = parse(b"HEAD " + target + b" HTTP/1.1\r\n" + LINES + b"\r\n")
        assert (method, found, fields[0]) == ("HEAD", path, host), target


def test_old_clients_need_no_host():
    assert parse(b"GET / HTTP/1.0\r\n\r\n") == ("GET", "/", b"", [None] * 13)
    assert parse(b"TRACE / HTTP/1.0\r\nHost: a\r\n\r\n")[0] == "TRACE"
    check([(b"GET / HTTP/1.1\r\n\r\n", 4004), (b"GET http://a/ HTTP/1.1\r\n\r\n", 4004)])
    assert isinstance(parse(b"GET / HTTP/1.9\r\n" + LINES + b"\r\n"), tuple)


def test_no_request_takes_more_memory_than_there_is():
    room = 1536 - len(lines(b"X: \r\n"))
    fits = lines(b"X: " + b"a" * room + b"\r\n")
    assert isinstance(parse(fits), tuple) and parse(fits[:-1]) is None
    length = b"Content-Length: %d\r\n" % (1536 - len(lines(b"Content-Length: 1000\r\n")))
    assert isinstance(parse(lines(length) + b"x" * 1536), tuple)
    large = b"Content-Length: %d\r\n" % (1537 - len(lines(b"Content-Length: 1000\r\n")))
    check(
        [
            (lines(b"X: a" + b"a" * room + b"\r\n"), 431),
            (lines(b"X: " + b"a" * 2000 + b"\r\n"), 431),
            (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 400, 431),
            (b"GET /" + b"a" * 1531, 414),
            (b"\r\nGET /" + b"a" * 2000, 414),
            (b"GET /" + b"a" * 1531 + b" HTTP/1.1\r\n" + LINES + b"\r\n", 414),
            (lines(large), 413),
        ]
    )
    assert parse(b"GET /" + b"a" * 1530) is None


def test_a_response_is_what_clients_expect():
    assert http.response("200 OK", "a/b", "body", "C: d\r\n") == (
        b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 4\r\nC: d\r\n"
        b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        b"Connection: close\r\n\r\nbody"
    )


def test_each_error_says_what_was_wrong():
    reasons = set()
    for number in NUMBERS:
        status, fields, body = split(note(number, http.error(number)))
        assert status == (number // 10 if number > 999 else number)
        assert fields[b"Content-Type"] == b"text/plain" and len(body) > 4
        reasons.add(body)
    assert len(reasons) == len(NUMBERS)


def test_an_error_may_have_one_more_header_or_a_reason_of_its_own():
    status, fields, body = split(http.error(405, "Allow: POST\r\n"))
    assert (status, fields[b"Allow"], body) == (405, b"POST", b"Method Not Allowed\n")
    status, _, body = split(http.error("400 Body must be empty"))
    assert (status, body) == (400, b"Body must be empty\n")

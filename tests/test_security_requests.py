"""What somebody who can only send bytes tries: to hide a request, a path, a header. Runs on
CPython and, by test_core_on_micropython, on MicroPython."""

from core_cases import LINES, Client, Pages, split

HIDDEN = b"POST /toggle HTTP/1.1\r\nHost: switch\r\nContent-Length: 0\r\n\r\n"
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
LENGTH = b"Content-Length: %d\r\n" % len(HIDDEN)
TOGGLE = b"POST /toggle HTTP/1.1\r\nHost: switch\r\n\r\n"


def in_any_pieces(data, password=""):
    """The answer to `data`, and what the light was told, at once and byte by byte."""
    client = Client(password)
    whole = client.send(data)
    slow = Client(password)
    for end in range(1, len(data) + 1):
        response = slow.send(data[:end])
        if response is not None:
            break
    assert response == whole and slow.light.told == client.light.told, data
    return whole, client.light.told


def test_no_way_to_end_a_body_hides_a_request_that_switches():
    codings = (
        b"Transfer-Encoding: chunked|TRANSFER-ENCODING:CHUNKED|transfer-encoding:\tchunked"
        b"|Transfer-Encoding: chunked, identity|Transfer-Encoding: xchunked|Transfer-Encoding:"
        b'|Transfer-Encoding: "chunked"|Transfer-Encoding: chunked;q=1'
        b"|Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked|Transfer-Encoding : chunked"
        b"| Transfer-Encoding: chunked|X: a\r\n Transfer-Encoding: chunked"
        b"|X: a\nTransfer-Encoding: chunked|X: a\rTransfer-Encoding: chunked"
        b"|Transfer-Encoding: \x0bchunked|Transfer-Encoding:\r\n chunked"
        b"|Transfer-Encoding\0: chunked|Transfer-Encoding: chunked\0"
        b"|\xa0Transfer-Encoding: chunked"
    ).split(b"|")
    lengths = (
        b"Content-Length: 0\r\nContent-Length: 58|Content-Length: 58\r\nContent-Length: 0"
        b"|Content-Length: 58\r\nContent-Length: 58|Content-Length: 0, 58|Content-Length: 58, 58"
        b"|Content-Length: +58|Content-Length: -1|Content-Length: 0x3a|Content-Length: 5_8"
        b"|Content-Length: 58 \xa0|Content-Length: 5 8|Content-Length: 58.0|Content-Length: 58e0"
        b"|Content-Length: \xd9\xa5\xd9\xa8|Content-Length: \xef\xbc\x95\xef\xbc\x98"
        b"|Content-Length: \xb9|Content-Length : 58|Content-Length\t: 58"
        b"|Content-Length: 5\r\n 8|Content-Length: 58\0|Content-Length: 5\x0b8"
        b"|Content-Length:\r\n 58|Content-Length:|Content-Length"
    ).split(b"|")
    assert LENGTH == b"Content-Length: 58\r\n"
    for line in (b"GET /led", b"PUT /led", b"POST /toggle"):
        for tricks, body in ((codings, CHUNKED), (lengths, HIDDEN)):
            for trick in tricks:
                trick += b"\r\n"
                for lines in (trick, trick + LENGTH, LENGTH + trick):
                    request = line + b" HTTP/1.1\r\n" + LINES + lines + b"\r\n" + body
                    client = Client()
                    assert client.send(request)[9:12] in (b"400", b"501"), request
                    assert client.light.told == [], request


def test_a_request_behind_another_or_in_its_body_is_not_carried_out():
    for data in (
        b"GET /led HTTP/1.1\r\n" + LINES + b"\r\n" + HIDDEN,
        b"GET /led HTTP/1.1\r\n" + LINES + LENGTH + b"\r\n" + HIDDEN,
        b"HEAD / HTTP/1.1\r\n" + LINES + LENGTH + b"\r\n" + HIDDEN + HIDDEN,
        b"GET /toggle HTTP/1.1\r\n" + LINES + b"\r\n" + HIDDEN,
        b"POST /none HTTP/1.1\r\n" + LINES + LENGTH + b"\r\n" + HIDDEN,
        b"GET /led HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + HIDDEN,
        b"GET /led HTTP/1.1\r\nUpgrade: h2c\r\n" + LINES + b"\r\n" + HIDDEN,
    ):
        response, told = in_any_pieces(data)
        assert response and told == [], data
    assert in_any_pieces(TOGGLE + HIDDEN)[1] == ["toggle"]


def test_no_other_spelling_of_a_path_or_a_method_switches():
    client = Client(pages=Pages)
    for path in (
        b"//toggle /./toggle /x/../toggle /toggle/ /toggle// /toggle/. /TOGGLE /%74oggle"
        b" /toggle%20 /toggle%00 /toggle;a=b /toggle#a /toggle/..;/toggle \\toggle /\\toggle"
        b" toggle ./toggle switch:80 switch/toggle //switch/toggle * ?/toggle /?/toggle #/toggle"
        b" /toggle\xe2\x80\x8b http:/toggle http:toggle http:///toggle http://evil.example/toggle"
        b" http://evil.example@switch/toggle http://switch@evil.example/toggle"
        b" http://switch:80@evil.example/toggle http://switch#@evil.example/toggle"
        b" http://switch%2eevil.example/toggle http://switch\\@evil.example/toggle"
        b" http://evil.example/http://switch/toggle https://switch/toggle ws://switch/toggle"
        b" file:///toggle"
    ).split() + [b"", b"/" + b"a" * 1600 + b"/toggle", b"/toggle?" + b"a" * 1600]:
        response = client.send(b"POST " + path + b" HTTP/1.1\r\n" + LINES + b"\r\n" + HIDDEN)
        assert response[9:12] in (b"400", b"404", b"405", b"414", b"421"), path
    for method in (
        b"post",
        b"Post",
        b"POST\t",
        b" POST",
        b"XPOST",
        b"POSTX",
        b"POST\0",
        b"P\xd6ST",
    ):
        response = client.send(method + TOGGLE[4:])
        assert response[9:12] in (b"400", b"501"), method
    for line in (b"X-HTTP-Method-Override: POST", b"X-Original-URL: /toggle"):
        response = client.send(b"GET /led HTTP/1.1\r\n" + LINES + line + b"\r\n\r\n")
        assert response.endswith(b'{"on": false}')
    assert client.light.told == []


def test_a_head_that_is_refused_hides_no_response_in_a_body():
    client = Client()
    first = b" / HTTP/1.1\r\n"
    for rest in (first, b" / HTTP/3.1\r\n" + LINES, b" /\r\n", first + b"x\r\n"):
        for lead in (b"", b"\r\n"):
            status, _, body = split(client.send(lead + b"HEAD" + rest + b"\r\n"), headless=True)
            assert status >= 400 and not body, rest


def test_nothing_that_a_client_sends_comes_back_in_a_header_or_a_page():
    client = Client(status={"ip": None}, pages=Pages)
    attack = b"%0d%0aEvil:%201<script>evil</script>"
    for request in (
        b"GET /" + attack + b" HTTP/1.1\r\n" + LINES,
        b"GET /?" + attack + b" HTTP/1.1\r\n" + LINES,
        b"GET /" + attack.replace(b"%20", b"") + b" HTTP/1.1\r\n" + LINES,
        b"GET http://" + attack + b"/ HTTP/1.1\r\n" + LINES,
        b"EVIL" + b" /status HTTP/1.1\r\n" + LINES,
        b"GET / HTTP/1.1\r\nHost: " + attack + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a\rEvil: 1\r\n",
        b"GET / HTTP/1.1\r\nHost: a\nEvil: 1\r\n",
        b"GET / HTTP/1.1\r\nHost: a\xc4\x8d\xc4\x8aEvil: 1\r\n",
        b"GET /status HTTP/1.1\r\nUser-Agent: " + attack + b"\r\nEvil: evil\r\n" + LINES,
        b"POST /toggle HTTP/1.1\r\nOrigin: http://" + attack + b"\r\n" + LINES,
        b"PUT /led HTTP/1.1\r\nContent-Type: " + attack + b"\r\nContent-Length: 4\r\n" + LINES,
        b"PUT /led HTTP/1.1\r\nContent-Length: 4\r\n" + LINES,
    ):
        response = client.send(request + b"\r\nevil")
        split(response)
        assert b"evil" not in response.lower(), request


def test_without_the_password_nobody_learns_what_there_is():
    client = Client(password="secret", status={"ip": None}, pages=Pages)
    answers = set()
    for method in b"GET HEAD POST PUT DELETE OPTIONS PATCH TRACE QUERY".split():
        for path in b"/ /led /toggle /status /style.css /none".split():
            for site in (b"", b"Origin: http://evil.example\r\n"):
                line = method + b" " + path + b" HTTP/1.1\r\n"
                response = client.send(line + LINES + site + b"\r\n")
                answers.add(response[: response.find(b"\r\n\r\n")])
                assert response.endswith(b"\r\n\r\n") == (method == b"HEAD"), line
    assert len(answers) == 1 and answers.pop().startswith(b"HTTP/1.1 401 ")
    assert client.light.told == []
    for broken in (b"GET / HTTP/1.1\r\n\r\n", b"GET /led HTTP/3.1\r\n\r\n", b"\0", TOGGLE + b"x"):
        assert b'"on"' not in client.send(broken), broken

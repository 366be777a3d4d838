"""Who may ask for what. Runs on CPython and, by test_core_on_micropython, on MicroPython."""

import binascii

from core_cases import LINES, Client, Pages

OFF, ON = b'{"on": false}', b'{"on": true}'
JSON = LINES + b"Content-Type: application/json\r\n"


def basic(text):
    return LINES + b"Authorization: Basic " + binascii.b2a_base64(text).strip() + b"\r\n"


def test_names_of_this_board_are_let_in():
    client = Client(name="My-Switch")
    for host in (
        b"my-switch MY-switch.local my-switch.lan my-switch.home my-switch.home.arpa my-switch. "
        b"my-switch.internal my-switch.local.:80 localhost:8080 LocalHost 192.168.4.1 10.0.0.255 "
        b"127.0.0.1:8080 255.255.255.255:1 [::1] [::1]:8080 [FE80::1] [::ffff:192.168.4.1]:80"
    ).split():
        assert client.status(b"GET /led", b"Host: " + host + b"\r\n") == 200, host
        assert client.status(b"GET http://" + host + b"/led", b"Host: x.example\r\n") == 200, host
    assert client.send(b"GET /led HTTP/1.0\r\n\r\n").endswith(OFF)


def test_a_foreign_name_that_leads_here_opens_nothing():
    client = Client(name="switch", password="secret")
    for host in (
        b"|evil.example|switch.example|switch.local.evil.example|xswitch|switch.localx|switchx|."
        b"|a.switch|.local|switch..|local|switch,a|switch local|switch:|switch:x|switch:80:80"
        b"|switch:-1|a@switch|switch/|192.168.4|192.168.4.1.evil.example|256.1.1.1|1.2.3.4.5"
        b"|1..2.3|0x7f.0.0.1|1.2.3.x|[evil.example]|[::1].evil.example|::1|localhost.example"
        b"|http://switch|@.local|@"
    ).split(b"|"):
        for line in (b"GET /led", b"PUT /led", b"GET /none", b"DELETE /"):
            assert client.status(line, b"Host: " + host + b"\r\n") == 421, host
    assert client.status(b"GET http://evil.example/led", LINES) == 421
    assert client.status(b"GET https://switch/led", LINES) == 400
    assert client.light.told == []


def test_other_sites_cannot_flip_the_light():
    client = Client()
    for lines, status in (
        (b"Origin: http://evil.example\r\n", 403),
        (b"Origin: null\r\n", 403),
        (b"Origin:\r\n", 403),
        (b"Origin: switch.local\r\n", 403),
        (b"Origin: http://switch.local:8080\r\n", 403),
        (b"Origin: http://switch.local.evil.example\r\n", 403),
        (b"Origin: http://evil.example://switch.local\r\n", 403),
        (b"Sec-Fetch-Site: cross-site\r\n", 403),
        (b"Sec-Fetch-Site: same-site\r\n", 403),
        (b"Sec-Fetch-Site:\r\n", 403),
        (b"Sec-Fetch-Site: cross-site\r\nOrigin: http://switch.local\r\n", 403),
        (b"Sec-Fetch-Site: same-origin\r\nOrigin: http://evil.example\r\n", 403),
        (b"Sec-Fetch-Site: none\r\n", 200),
        (b"Origin: HTTP://Switch.Local\r\nSec-Fetch-Site: same-origin\r\n", 200),
    ):
        for line in (b"PUT /led", b"POST /led", b"POST /toggle"):
            client.light.told.clear()
            wish = JSON + b"Accept: application/json\r\n" + lines
            assert client.status(line, wish, b'{"on":true}') == status, (line, lines)
            assert bool(client.light.told) == (status == 200)
        assert client.status(b"GET /led", LINES + lines) == 200
    for host in (b"[::1]:80", b"SWITCH", b"10.0.0.1:8080"):
        lines = b"Host: " + host + b"\r\nOrigin: http://" + host.lower() + b"\r\n"
        assert client.status(b"PUT /led", lines, ON) == 200, host
    assert client.send(b"POST /toggle HTTP/1.0\r\nOrigin: null\r\n\r\n")[9:12] == b"403"


def test_with_a_password_nothing_is_told_without_it():
    for password in ("secret", "p:a:s:s", "g\u00fcnther \u20ac"):
        client = Client(password=password, status={"version": "1"}, pages=Pages)
        right = password.encode()
        for line in (b"GET /", b"GET /led", b"HEAD /status", b"POST /toggle", b"GET /style.css"):
            status, fields, _ = client.ask(line)
            challenge = b'Basic realm="switch", charset="UTF-8"'
            assert (status, fields[b"WWW-Authenticate"]) == (401, challenge), line
            assert client.status(line, basic(b"me:" + right)) in (200, 303), line
        assert client.status(b"GET /none") == client.status(b"DELETE /led") == 401
        for user in (b"", b"admin", "\u20ac".encode()):
            assert client.status(b"GET /led", basic(user + b":" + right)) == 200
        for wrong in (b"", b"x", right + b"x", right[:-1], b"x" + right[1:], right + right):
            assert client.status(b"GET /led", basic(b"me:" + wrong)) == 401, wrong
        assert client.status(b"GET /led", basic(right.replace(b":", b""))) == 401  # nobody's
        assert client.light.told == ["toggle"]


def test_credentials_that_are_none_are_refused_and_their_case_does_not_matter():
    client = Client(password="secret")
    for value in (
        b"|Basic|Basic |Basic !|Basic Q|Bearer OnNlY3JldA==|OnNlY3JldA=="
        b"|Basic OnNlY3JldA|Basic OnNlY3JldA== x|Basic ===="
    ).split(b"|"):
        lines = LINES + b"Authorization: " + value + b"\r\n"
        assert client.status(b"GET /led", lines) == 401, value
    for value in (b"Basic OnNlY3JldA==", b"basic  OnNlY3JldA==", b"BASIC\tOnNlY3JldA=="):
        lines = LINES + b"Authorization: " + value + b"\r\n"
        assert client.status(b"GET /led", lines) == 200, value
        client.light.toggle()
        assert client.ask(b"GET /led", lines)[2] == (ON if client.light.on else OFF)
